package ai.dvt.server.grpc;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.server.engine.Caller;
import ai.dvt.server.engine.budget.SetBudget;
import java.util.Optional;

/**
 * How images are to be answered, checked.
 *
 * @param topK labels in an answer
 * @param caller for whom
 * @param watch hears what becomes of the images
 * @param budget compute that the images share
 */
public record Order(
    ServedModel model,
    BoundPolicy policy,
    int topK,
    Caller caller,
    CallWatch watch,
    Optional<SetBudget> budget) {
  /** Watched by the call that this thread works for; images that share nothing. */
  public Order(ServedModel model, BoundPolicy policy, int topK, Caller caller) {
    this(model, policy, topK, caller, CallWatch.current(), Optional.empty());
  }

  /** The same for images that share a budget. */
  Order sharing(SetBudget set) {
    return new Order(model, policy, topK, caller, watch, Optional.of(set));
  }
}
