package ai.dvt.server.grpc;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.server.engine.Caller;

/**
 * How images are to be answered, checked.
 *
 * @param topK labels in an answer
 * @param caller for whom
 * @param watch hears what becomes of the images
 */
public record Order(
    ServedModel model, BoundPolicy policy, int topK, Caller caller, CallWatch watch) {
  /** Watched by the call that this thread works for. */
  public Order(ServedModel model, BoundPolicy policy, int topK, Caller caller) {
    this(model, policy, topK, caller, CallWatch.current());
  }
}
