package ai.dvt.server.engine;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.Thresholds;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.ProcessMemory;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread of a device: asks the scheduler for the next batch of any cascade, runs it, and sends
 * every image its way. A batch that fails fails its images; the worker goes on.
 */
final class StageWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StageWorker.class);

  private static final ExitPolicy RUN_ON = ExitPolicy.parse("last; adapt=no");

  /** What the exit gate made of a batch. */
  private static final class Sorted {
    final Survivors going = new Survivors();
    final Map<Journey, ExitReason> answered = new LinkedHashMap<>();
    final Map<Journey, EngineException> failed = new LinkedHashMap<>();
  }

  private final Device device;
  private final Scheduler scheduler;

  StageWorker(Device device, Scheduler scheduler) {
    this.device = device;
    this.scheduler = scheduler;
  }

  @Override
  public void run() {
    try (Workspace workspace = device.openWorkspace()) {
      Set<ServedCascade> used = new HashSet<>();
      Runnable rested = () -> trim(used, workspace);
      int asked = 0;
      for (Batch batch = scheduler.take(rested); batch != null; batch = scheduler.take(rested)) {
        if (asked != scheduler.memoryAsked()) {
          asked = scheduler.memoryAsked();
          workspace.trim(); // the sessions' memory goes back with small runs
          ProcessMemory.giveBack();
        }
        used.add(batch.cascade());
        process(batch, workspace);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing to do: what was kept for large batches is given back. */
  private static void trim(Set<ServedCascade> used, Workspace workspace) {
    for (ServedCascade cascade : used) {
      if (cascade.enter()) {
        try {
          cascade.sessions().trim(workspace);
        } catch (StageException | RuntimeException e) {
          LOG.warn("{}: memory was not given back: {}", cascade.name(), e.getMessage());
        } finally {
          cascade.leave();
        }
      }
    }
    used.clear();
    workspace.trim();
    ProcessMemory.giveBack();
  }

  private void process(Batch batch, Workspace workspace) {
    Sorted sorted = new Sorted();
    try (StageRun run = start(batch, workspace)) {
      batch.cascade().times().ran(batch.stage(), run.rows(), run.nanos());
      batch.cascade().counters().ran(batch.stage(), run.rows(), run.nanos(), batch.queueNanos());
      scheduler.ran(batch);
      sort(batch, run, sorted);
      keep(batch, run, sorted);
    } catch (StageException | RuntimeException | Error e) {
      scheduler.ran(batch);
      fail(batch, sorted, e);
      return;
    }
    List<Journey> going = new ArrayList<>();
    for (Journey image : sorted.going.images()) {
      if (isTwin(image, batch)) {
        scheduler.enterUnseen(image);
      } else if (!image.asksToGoOn()) {
        going.add(image);
      }
    }
    scheduler.goOn(going);
    sorted.answered.forEach(scheduler::answer);
    sorted.failed.forEach(scheduler::fail);
    for (Journey image : sorted.going.images()) {
      if (image.asksToGoOn()) {
        scheduler.parking().telling(image);
        image.tellReached();
        scheduler.parking().park(image);
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
            images.stream().map(Journey::image).toList(),
            batch.stage() == 1 ? List.of() : images.stream().map(Journey::row).toList(),
            workspace);
  }

  private void sort(Batch batch, StageRun run, Sorted sorted) {
    int exits = batch.cascade().stages();
    boolean last = batch.stage() == exits;
    boolean bounded = !last && batch.images().stream().anyMatch(image -> image.hasDeadline);
    Forecast forecast = bounded ? scheduler.forecast(batch.cascade(), batch.stage() + 1) : null;
    for (int i = 0; i < run.rows(); i++) {
      int row = i;
      Journey image = batch.images().get(row);
      try {
        float[] logits = run.logits(row);
        ExitOutcome outcome = ExitGate.outcome(batch.stage(), logits, image.image());
        image.pass(
            new ExitPassed(
                outcome,
                Duration.ofNanos(batch.startNanos() - image.readyNanos),
                Duration.ofNanos(run.nanos()),
                run.rows()),
            logits);
        run.gflops(row).ifPresent(image::spent);
        ExitDecision decision =
            image.task.clientDriven()
                ? ExitGate.clientDriven(exits, outcome)
                : ExitGate.decide(
                    image.task,
                    outcome,
                    !bounded
                        || forecast.inTime(
                            image.hasDeadline, image.deadlineNanos, sorted.going.images().size()));
        if (decision instanceof ExitDecision.Answer answer) {
          if (answer.reason() == ExitReason.DEADLINE) {
            batch.cascade().times().doubted(batch.stage() + 1);
          }
          sorted.answered.put(image, answer.reason());
          watched(image, outcome, answer.reason()).ifPresent(twin -> sorted.going.add(row, twin));
          image.dropRow();
        } else {
          sorted.going.add(row, image);
        }
      } catch (EngineException e) {
        if (e.kind() == EngineException.Kind.STAGE_FAILED) {
          LOG.error("{}: {}", batch.cascade().name(), e.getMessage());
        }
        sorted.failed.put(image, e);
        image.dropRow();
      }
    }
  }

  /** Whether the image began with this batch. */
  private static boolean isTwin(Journey image, Batch batch) {
    return image.unseen && !batch.images().contains(image);
  }

  /** The image once more, to run on unseen, if somebody watches what the last exit would say. */
  private Optional<Journey> watched(Journey image, ExitOutcome early, ExitReason reason) {
    ImageTask task = image.task;
    ServedCascade cascade = task.cascade();
    Thresholds thresholds = task.policy().thresholds();
    if (early.exit() == cascade.stages()
        || task.clientDriven()
        || !cascade.earlyAnswers().watches(thresholds, reason)
        || !cascade.enter()) {
      return Optional.empty();
    }
    return Optional.of(
        image.unseenTwin(
            new ImageTask(
                cascade,
                image.image(),
                BoundPolicy.of(RUN_ON, cascade.variant().gflops(), name -> Optional.empty()),
                false,
                OptionalLong.empty(),
                Duration.ZERO,
                new LastWord(cascade, thresholds, early))));
  }

  /** Hears what the last exit says of an image that was answered before. */
  private record LastWord(ServedCascade cascade, Thresholds thresholds, ExitOutcome early)
      implements ImageListener {
    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      if (reason == ExitReason.FINAL) {
        ExitOutcome last = passed.get(passed.size() - 1).outcome();
        cascade.earlyAnswers().compared(thresholds, early, last);
      }
    }

    @Override
    public void failed(EngineException cause) {}
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

  private void fail(Batch batch, Sorted sorted, Throwable e) {
    EngineException cause = failure(batch, e);
    sorted.going.images().stream()
        .filter(image -> isTwin(image, batch))
        .forEach(twin -> scheduler.fail(twin, cause));
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
