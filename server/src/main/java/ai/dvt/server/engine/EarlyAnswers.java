package ai.dvt.server.engine;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.Thresholds;

/**
 * Watches whether early answers are what the last exit would say. Safe from any thread; must not
 * block.
 */
public interface EarlyAnswers {
  /** Nobody watches. */
  EarlyAnswers UNWATCHED =
      new EarlyAnswers() {
        @Override
        public boolean watches(Thresholds thresholds, ExitReason reason) {
          return false;
        }

        @Override
        public void compared(Thresholds thresholds, ExitOutcome early, ExitOutcome last) {}
      };

  /**
   * Whether an image that is answered before the last exit shall run on to it, unseen by its
   * caller, when nothing else is to do.
   *
   * @param thresholds of its policy
   */
  boolean watches(Thresholds thresholds, ExitReason reason);

  /** The thresholds that new images get whose policies ask for these by an operating point. */
  default Thresholds inUse(Thresholds asked) {
    return asked;
  }

  /** What the last exit said of such an image. */
  void compared(Thresholds thresholds, ExitOutcome early, ExitOutcome last);
}
