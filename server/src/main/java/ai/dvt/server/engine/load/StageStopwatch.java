package ai.dvt.server.engine.load;

import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.nio.ByteBuffer;
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

/** Times runs of stages on grey pictures, on all of a device's workers side by side. */
final class StageStopwatch implements AutoCloseable {
  private static final int ROUNDS = 3;

  private final CascadeSessions sessions;
  private final Device device;
  private final long endNanos;
  private final ExecutorService workers;

  /**
   * @param limit after it every size is run once only, and once to warm up
   */
  StageStopwatch(CascadeSessions sessions, Device device, Duration limit) {
    this.sessions = sessions;
    this.device = device;
    this.endNanos = System.nanoTime() + limit.toNanos();
    this.workers = Executors.newFixedThreadPool(device.workers());
  }

  /**
   * Median nanoseconds of a run of each stage.
   *
   * @param rows of every run
   * @param deepest the last stage that is run
   */
  List<Long> medianNanos(int rows, int deepest) throws StageException, InterruptedException {
    List<List<Long>> seen = new ArrayList<>();
    for (int stage = 0; stage < deepest; stage++) {
      seen.add(new ArrayList<>());
    }
    List<Callable<List<List<Long>>>> work =
        Collections.nCopies(device.workers(), () -> sweep(rows, deepest));
    try {
      for (Future<List<List<Long>>> done : workers.invokeAll(work)) {
        for (int stage = 0; stage < deepest; stage++) {
          seen.get(stage).addAll(done.get().get(stage));
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StageException stage
          ? stage
          : new StageException("measuring: " + e.getCause(), e.getCause());
    }
    return seen.stream().map(StageStopwatch::median).toList();
  }

  private static long median(List<Long> runs) {
    long[] all = runs.stream().mapToLong(Long::longValue).sorted().toArray();
    return Math.max(1, all[all.length / 2]);
  }

  /** Nanoseconds of the runs of each stage; the first round warms up and does not count. */
  private List<List<Long>> sweep(int rows, int deepest) throws StageException {
    List<List<Long>> nanos = new ArrayList<>();
    for (int stage = 0; stage < deepest; stage++) {
      nanos.add(new ArrayList<>());
    }
    List<RowWriter> images = Collections.nCopies(rows, StageStopwatch::fill);
    List<Integer> all = IntStream.range(0, rows).boxed().toList();
    try (Workspace workspace = device.openWorkspace()) {
      for (int round = 0; round <= ROUNDS; round++) {
        if (round >= 2 && System.nanoTime() - endNanos > 0) {
          break;
        }
        List<HandoverRow> carried = List.of();
        try {
          for (int stage = 1; stage <= deepest; stage++) {
            try (StageRun run = sessions.run(stage, images, carried, workspace)) {
              if (round > 0) {
                nanos.get(stage - 1).add(run.nanos());
              }
              if (stage < deepest) {
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

  private static void fill(ByteBuffer row) {
    float[] grey = new float[row.remaining() / Float.BYTES];
    Arrays.fill(grey, 0.25f);
    row.asFloatBuffer().put(grey);
  }

  /** Ends the threads. */
  @Override
  public void close() {
    workers.shutdownNow();
  }
}
