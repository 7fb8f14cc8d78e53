package ai.dvt.server.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Until when a call's images are to be answered. */
public final class Deadlines {
  private Deadlines() {}

  /**
   * The deadline of the current call.
   *
   * @return by System.nanoTime
   */
  public static OptionalLong ofCall() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null
        ? OptionalLong.empty()
        : OptionalLong.of(System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }

  /** The earlier of a call's deadline and the policy's latency budget from now on. */
  public static OptionalLong of(OptionalLong call, Order order) {
    if (order.policy().latencyBudget().isEmpty()) {
      return call;
    }
    long budget = System.nanoTime() + order.policy().latencyBudget().get().toNanos();
    return OptionalLong.of(
        call.isPresent() && call.getAsLong() - budget < 0 ? call.getAsLong() : budget);
  }
}
