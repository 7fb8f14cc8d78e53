package ai.dvt.server.grpc;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One image of a request and how it is to be answered.
 *
 * @param source decoded once the image has room
 * @param rowBytes that it keeps alive while it waits
 * @param deadlineNanos by System.nanoTime
 * @param idleLimit present: the client decides at every exit
 * @param charge of the message that holds the image; closed once it is decoded
 * @param startByNanos by System.nanoTime: fails if its first stage has not started by then
 */
public record ImageTurn(
    Order order,
    RowSource source,
    long rowBytes,
    OptionalLong deadlineNanos,
    Optional<Duration> idleLimit,
    Charge charge,
    OptionalLong startByNanos) {
  /** An image that waits for its first stage as long as its deadline allows. */
  public ImageTurn(
      Order order,
      RowSource source,
      long rowBytes,
      OptionalLong deadlineNanos,
      Optional<Duration> idleLimit,
      Charge charge) {
    this(order, source, rowBytes, deadlineNanos, idleLimit, charge, OptionalLong.empty());
  }
}
