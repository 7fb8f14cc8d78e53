package ai.dvt.server;

import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast stage 1 runs: a few runs on empty pictures at start-up. Stage 1 is what every image
 * passes, and where small batches and many threads cost the most.
 */
final class StageSpeed {
  private static final int ROUNDS = 3;

  /** A batch is not worth being larger for less than this part of an image's time. */
  private static final double GAIN = 0.05;

  /** Batch sizes tried, rising; the last one is the largest that is ever picked. */
  private static final List<Integer> SIZES = List.of(4, 8, 16);

  private StageSpeed() {}

  /** The largest batch that {@link #pickBatch} tries. */
  static int largestBatch() {
    return SIZES.get(SIZES.size() - 1);
  }

  /** What {@link #pickBatch} picks from, rising. */
  static List<Integer> batchSizes() {
    return SIZES;
  }

  /** With all of the device's workers side by side. */
  static double imagesPerSecond(CascadeSessions sessions, Device device, int batch)
      throws StageException {
    ExecutorService workers = Executors.newFixedThreadPool(device.workers());
    try {
      List<Callable<Long>> work =
          Collections.nCopies(device.workers(), () -> bestNanos(sessions, device, batch));
      double perSecond = 0;
      for (Future<Long> done : workers.invokeAll(work)) {
        perSecond += batch * 1e9 / done.get();
      }
      return perSecond;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StageException("measuring: interrupted", e);
    } catch (ExecutionException e) {
      throw new StageException("measuring: " + e.getCause().getMessage(), e.getCause());
    } finally {
      workers.shutdownNow();
    }
  }

  /** The smallest batch whose time an image is within {@value #GAIN} of the best. */
  static int pickBatch(CascadeSessions sessions, Device device) throws StageException {
    double[] perImage = new double[SIZES.size()];
    double best = Double.MAX_VALUE;
    for (int i = 0; i < perImage.length; i++) {
      perImage[i] = (double) bestNanos(sessions, device, SIZES.get(i)) / SIZES.get(i);
      best = Math.min(best, perImage[i]);
    }
    int picked = 0;
    while (perImage[picked] > best * (1 + GAIN)) {
      picked++;
    }
    return SIZES.get(picked);
  }

  private static long bestNanos(CascadeSessions sessions, Device device, int batch)
      throws StageException {
    List<RowWriter> empty = Collections.nCopies(batch, row -> {});
    long best = Long.MAX_VALUE;
    try (Workspace workspace = device.openWorkspace()) {
      for (int round = 0; round <= ROUNDS; round++) {
        try (StageRun run = sessions.run(1, empty, List.of(), workspace)) {
          best = round == 0 ? best : Math.min(best, run.nanos()); // the first one warms up
        }
      }
    }
    return Math.max(1, best);
  }
}
