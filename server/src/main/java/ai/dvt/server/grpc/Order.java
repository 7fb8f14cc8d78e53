package ai.dvt.server.grpc;

import ai.dvt.cascade.BoundPolicy;

/**
 * How images are to be answered, checked.
 *
 * @param topK labels in an answer
 * @param watch hears what becomes of the images
 */
public record Order(ServedModel model, BoundPolicy policy, int topK, CallWatch watch) {
  /** Watched by the call that this thread works for. */
  public Order(ServedModel model, BoundPolicy policy, int topK) {
    this(model, policy, topK, CallWatch.current());
  }
}
