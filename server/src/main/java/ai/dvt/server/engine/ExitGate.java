package ai.dvt.server.engine;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitReason;
import java.util.Optional;

/** From an exit's logits to what becomes of the image; pure. */
final class ExitGate {
  private ExitGate() {}

  /**
   * The outcome of an exit.
   *
   * @param exit from 1
   * @param logits float32 [classes]
   * @param image that they are of
   * @throws EngineException if a logit is not finite: such an answer means nothing. The image's
   *     fault if it is beyond all pictures, else a defect
   */
  static ExitOutcome outcome(int exit, float[] logits, InputRow image) throws EngineException {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        String said = "logits of exit " + exit + ": " + logit + " (expected: finite)";
        Optional<? extends Exception> excess = image.excess();
        throw excess.isPresent()
            ? new EngineException(EngineException.Kind.UNFIT_INPUT, said, excess.get())
            : new EngineException(EngineException.Kind.STAGE_FAILED, said);
      }
    }
    return ExitOutcome.ofLogits(exit, logits);
  }

  /**
   * What becomes of an image that its policy leads.
   *
   * @param nextStageInTime whether the next stage is expected to end within the image's deadline
   */
  static ExitDecision decide(ImageTask task, ExitOutcome outcome, boolean nextStageInTime) {
    return task.policy()
        .decide(
            outcome,
            new BoundPolicy.Circumstances(
                nextStageInTime,
                task.set().isEmpty() || task.set().get().mayGoOn(outcome.exit()),
                task.cascade().load().thresholds()));
  }

  /** What becomes of an image that its caller leads: only the last exit answers by itself. */
  static ExitDecision clientDriven(int exits, ExitOutcome outcome) {
    return outcome.exit() >= exits
        ? new ExitDecision.Answer(ExitReason.FINAL)
        : ExitDecision.CONTINUE;
  }
}
