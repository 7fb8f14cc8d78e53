package ai.dvt.server.engine.load;

import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Measured times of a cascade's runs by stage and batch size: powers of two and the largest batch.
 *
 * @param sizes batch sizes measured, rising
 * @param nanos median nanoseconds of a run, by stage and place in {@code sizes}
 */
public record RunTimeTable(List<Integer> sizes, List<List<Long>> nanos) implements RunTimes {
  private static final int ROUNDS = 5;

  public RunTimeTable {
    sizes = List.copyOf(sizes);
    nanos = nanos.stream().map(List::copyOf).toList();
  }

  /**
   * Runs every stage on grey pictures, on all of the device's workers side by side, as under load.
   *
   * @param limit after it every size is measured once only
   */
  public static RunTimeTable measure(CascadeSessions sessions, Device device, Duration limit)
      throws StageException, InterruptedException {
    List<Integer> sizes = new ArrayList<>();
    for (int size = 1; size < sessions.maxBatch(); size *= 2) {
      sizes.add(size);
    }
    sizes.add(sessions.maxBatch());
    int stages = sessions.variant().stages().size();
    long end = System.nanoTime() + limit.toNanos();
    List<List<List<Long>>> seen = new ArrayList<>();
    for (int i = 0; i < stages * sizes.size(); i++) {
      seen.add(new ArrayList<>());
    }
    ExecutorService workers = Executors.newFixedThreadPool(device.workers());
    try {
      for (int size = 0; size < sizes.size(); size++) {
        int rows = sizes.get(size);
        List<Callable<List<List<Long>>>> work =
            Collections.nCopies(device.workers(), () -> sweep(sessions, device, rows, end));
        for (Future<List<List<Long>>> done : workers.invokeAll(work)) {
          List<List<Long>> byStage = done.get();
          for (int stage = 0; stage < stages; stage++) {
            seen.get(stage * sizes.size() + size).add(byStage.get(stage));
          }
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StageException stage
          ? stage
          : new StageException("measuring: " + e.getCause(), e.getCause());
    } finally {
      workers.shutdownNow();
    }
    List<List<Long>> medians = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      List<Long> ofStage = new ArrayList<>();
      for (int size = 0; size < sizes.size(); size++) {
        ofStage.add(median(seen.get(stage * sizes.size() + size)));
      }
      medians.add(ofStage);
    }
    return new RunTimeTable(sizes, medians);
  }

  private static long median(List<List<Long>> runs) {
    long[] all = runs.stream().flatMap(List::stream).mapToLong(Long::longValue).sorted().toArray();
    return Math.max(1, all[all.length / 2]);
  }

  /** Nanoseconds of the runs of each stage; the first round warms up and does not count. */
  private static List<List<Long>> sweep(
      CascadeSessions sessions, Device device, int rows, long endNanos) throws StageException {
    int stages = sessions.variant().stages().size();
    List<List<Long>> nanos = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      nanos.add(new ArrayList<>());
    }
    List<RowWriter> images = Collections.nCopies(rows, row -> fill(row));
    List<Integer> all = IntStream.range(0, rows).boxed().toList();
    try (Workspace workspace = device.openWorkspace()) {
      for (int round = 0; round <= ROUNDS; round++) {
        if (round >= 2 && System.nanoTime() - endNanos > 0) {
          break;
        }
        List<HandoverRow> carried = List.of();
        try {
          for (int stage = 1; stage <= stages; stage++) {
            try (StageRun run = sessions.run(stage, images, carried, workspace)) {
              if (round > 0) {
                nanos.get(stage - 1).add(run.nanos());
              }
              if (stage < stages) {
                carried = run.keep(all);
              }
            }
          }
        } finally {
          carried.forEach(HandoverRow::close);
        }
      }
    }
    return nanos;
  }

  private static void fill(java.nio.ByteBuffer row) {
    float[] grey = new float[row.remaining() / Float.BYTES];
    Arrays.fill(grey, 0.25f);
    row.asFloatBuffer().put(grey);
  }

  /** As long as the next larger size measured, for every larger one in proportion to it. */
  @Override
  public long expectedNanos(int stage, int rows) {
    List<Long> ofStage = nanos.get(stage - 1);
    for (int i = 0; i < sizes.size(); i++) {
      if (sizes.get(i) >= rows) {
        return ofStage.get(i);
      }
    }
    int last = sizes.size() - 1;
    return ofStage.get(last) * rows / sizes.get(last);
  }
}
