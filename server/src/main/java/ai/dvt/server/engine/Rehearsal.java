package ai.dvt.server.engine;

import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The worst moment of a device, before anybody is served: all workers run every stage of every
 * cascade with the largest batch, side by side, and keep what they keep for such runs. Whoever
 * looks at the process's memory then sees all of it but the images that wait.
 */
public final class Rehearsal {
  private final Device device;
  private final List<ServedCascade> cascades;

  public Rehearsal(Device device, List<ServedCascade> cascades) {
    this.device = device;
    this.cascades = List.copyOf(cascades);
  }

  /**
   * Runs everything.
   *
   * @param look called once all runs have ended and before anything is given back
   */
  public void run(Runnable look) throws StageException, InterruptedException {
    int workers = device.workers();
    CyclicBarrier together = new CyclicBarrier(workers);
    CyclicBarrier seen = new CyclicBarrier(workers, look);
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    CompletionService<Void> parts = new ExecutorCompletionService<>(threads);
    try {
      for (int worker = 0; worker < workers; worker++) {
        parts.submit(
            () -> {
              part(together, seen);
              return null;
            });
      }
      for (int worker = 0; worker < workers; worker++) {
        parts.take().get(); // the first that fails ends first: the others wait for it
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StageException stage
          ? stage
          : new StageException("rehearsal: " + e.getCause(), e.getCause());
    } finally {
      threads.shutdownNow();
      awaitEnd(threads); // sessions must not be closed under a run
    }
  }

  private static void awaitEnd(ExecutorService threads) {
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void part(CyclicBarrier together, CyclicBarrier seen)
      throws StageException, InterruptedException, BrokenBarrierException {
    try (Workspace workspace = device.openWorkspace()) {
      for (ServedCascade cascade : cascades) {
        stages(cascade.sessions(), workspace, together);
      }
      seen.await();
    }
  }

  private static void stages(CascadeSessions sessions, Workspace workspace, CyclicBarrier together)
      throws StageException, InterruptedException, BrokenBarrierException {
    int rows = sessions.maxBatch();
    List<RowWriter> images = Collections.nCopies(rows, row -> {});
    List<Integer> all = IntStream.range(0, rows).boxed().toList();
    List<HandoverRow> carried = List.of();
    try {
      int stages = sessions.variant().stages().size();
      for (int stage = 1; stage <= stages; stage++) {
        together.await();
        try (StageRun run = sessions.run(stage, images, carried, workspace)) {
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
