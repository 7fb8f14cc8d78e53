package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import java.util.List;

/**
 * Hears of one image; called in order, from any thread. Exactly one of {@link #answered} and {@link
 * #failed} is called, and nothing after it.
 */
interface ImageEvents {
  /** A client-driven image waits at an exit. */
  default void reached(List<ExitPassed> passed, float[] logits) {}

  /**
   * @param logits float32 [classes] of the answering exit, the last one passed
   */
  void answered(List<ExitPassed> passed, float[] logits, ExitReason reason);

  /**
   * @param cause as {@link Statuses} understands it
   */
  void failed(Throwable cause);
}
