package ai.dvt.server.engine;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import java.util.List;

/**
 * Hears of one image. Calls come from a worker's thread, in order, and must not block. Exactly one
 * of {@link #answered} and {@link #failed} is called, and nothing after it.
 */
public interface ImageListener {
  /**
   * A client-driven image reached an exit that is not the last one and waits for {@link
   * ImageTicket#proceed} or {@link ImageTicket#stop}.
   *
   * @param passed all exits passed, this one last
   * @param logits float32 [classes] of this exit, the listener's to keep
   */
  default void reached(List<ExitPassed> passed, float[] logits) {}

  /**
   * A stage whose pictures decide their cost ran for the image; the others are not told of.
   *
   * @param stage from 1
   * @param gflops spent in this stage alone, 1e9 multiply-adds
   */
  default void spent(int stage, double gflops) {}

  /**
   * The image is done.
   *
   * @param passed all exits passed, the answering one last
   * @param logits float32 [classes] of the answering exit, the listener's to keep
   */
  void answered(List<ExitPassed> passed, float[] logits, ExitReason reason);

  /** There is no answer. */
  void failed(EngineException cause);
}
