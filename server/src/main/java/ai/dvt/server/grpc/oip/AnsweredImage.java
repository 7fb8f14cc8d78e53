package ai.dvt.server.grpc.oip;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.server.grpc.Order;
import java.util.List;

/**
 * What a response says of one image.
 *
 * @param logits float32 [classes] of the answering exit
 * @param exit from 1
 * @param gflops 1e9 multiply-adds
 */
record AnsweredImage(float[] logits, String label, float confidence, int exit, double gflops) {
  /**
   * @param passed the answering exit last
   */
  static AnsweredImage of(Order order, List<ExitPassed> passed, float[] logits) {
    ExitOutcome last = passed.get(passed.size() - 1).outcome();
    return new AnsweredImage(
        logits,
        order.model().version().labels().get(last.index()),
        last.confidence(),
        last.exit(),
        order.policy().gflops().get(last.exit() - 1));
  }
}
