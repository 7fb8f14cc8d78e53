package ai.dvt.server.engine;

import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread of a device: asks the scheduler for the next batch of any cascade, runs it, and sends
 * every image its way. A batch that fails fails its images; the worker goes on.
 */
final class StageWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StageWorker.class);

  /** What the exit gate made of a batch. */
  private static final class Sorted {
    final Survivors going = new Survivors();
    final Map<Journey, ExitReason> answered = new LinkedHashMap<>();
    final Map<Journey, EngineException> failed = new LinkedHashMap<>();
  }

  private final Device device;
  private final Scheduler scheduler;
  private final EngineClock clock;

  StageWorker(Device device, Scheduler scheduler, EngineClock clock) {
    this.device = device;
    this.scheduler = scheduler;
    this.clock = clock;
  }

  @Override
  public void run() {
    try (Workspace workspace = device.openWorkspace()) {
      for (Batch batch = scheduler.take(); batch != null; batch = scheduler.take()) {
        process(batch, workspace);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void process(Batch batch, Workspace workspace) {
    Sorted sorted;
    try (StageRun run = start(batch, workspace)) {
      batch.cascade().times().ran(batch.stage(), run.rows(), run.nanos());
      batch.cascade().counters().ran(batch.stage(), run.rows(), run.nanos(), batch.queueNanos());
      sorted = sort(batch, run);
      keep(batch, run, sorted);
    } catch (StageException | RuntimeException | Error e) {
      fail(batch, e);
      return;
    }
    for (Journey image : sorted.going.images()) {
      if (!image.task.clientDriven()) {
        scheduler.goOn(image);
      }
    }
    sorted.answered.forEach(scheduler::answer);
    sorted.failed.forEach(scheduler::fail);
    for (Journey image : sorted.going.images()) {
      if (image.task.clientDriven()) {
        scheduler.telling(image);
        image.tellReached();
        scheduler.park(image);
      }
    }
  }

  private static StageRun start(Batch batch, Workspace workspace) throws StageException {
    List<Journey> images = batch.images();
    return batch
        .cascade()
        .sessions()
        .run(
            batch.stage(),
            images.stream().<RowWriter>map(image -> image.image()::writeTo).toList(),
            batch.stage() == 1 ? List.of() : images.stream().map(Journey::row).toList(),
            workspace);
  }

  private Sorted sort(Batch batch, StageRun run) {
    Sorted sorted = new Sorted();
    int exits = batch.cascade().stages();
    boolean last = batch.stage() == exits;
    int ahead = last ? 0 : scheduler.queued(batch.cascade(), batch.stage() + 1).rows();
    for (int row = 0; row < run.rows(); row++) {
      Journey image = batch.images().get(row);
      try {
        float[] logits = run.logits(row);
        ExitOutcome outcome = ExitGate.outcome(batch.stage(), logits);
        image.pass(
            new ExitPassed(
                outcome,
                Duration.ofNanos(batch.startNanos() - image.readyNanos),
                Duration.ofNanos(run.nanos()),
                run.rows()),
            logits);
        ExitDecision decision =
            image.task.clientDriven()
                ? ExitGate.clientDriven(exits, outcome)
                : ExitGate.decide(
                    image.task.policy(),
                    outcome,
                    last
                        || Deadlines.inTime(
                            image, batch.stage() + 1, ahead, device.workers(), clock.nanos()));
        if (decision instanceof ExitDecision.Answer answer) {
          sorted.answered.put(image, answer.reason());
          image.dropRow();
        } else {
          sorted.going.add(row, image);
        }
      } catch (EngineException e) {
        LOG.error("{}: {}", batch.cascade().name(), e.getMessage());
        sorted.failed.put(image, e);
        image.dropRow();
      }
    }
    return sorted;
  }

  /** Keeps the survivors' tensors; without memory for them they fail, the others are answered. */
  private static void keep(Batch batch, StageRun run, Sorted sorted) {
    try {
      sorted.going.keep(run);
    } catch (OutOfMemoryError e) {
      EngineException cause = failure(batch, e);
      new ArrayList<>(sorted.going.images()).forEach(image -> sorted.failed.put(image, cause));
      sorted.going.images().clear();
    }
  }

  private void fail(Batch batch, Throwable e) {
    EngineException cause = failure(batch, e);
    batch.images().forEach(image -> scheduler.fail(image, cause));
  }

  private static EngineException failure(Batch batch, Throwable e) {
    LOG.error("{}, stage {}: a batch failed", batch.cascade().name(), batch.stage(), e);
    return new EngineException(
        EngineException.Kind.STAGE_FAILED,
        batch.cascade().name() + ", stage " + batch.stage() + ": the stage failed",
        e);
  }
}
