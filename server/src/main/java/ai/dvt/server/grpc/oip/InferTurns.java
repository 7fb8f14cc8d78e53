package ai.dvt.server.grpc.oip;

import ai.dvt.server.grpc.Deadlines;
import ai.dvt.server.grpc.ImageTurn;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.util.Optional;
import java.util.OptionalLong;

/** The turns of a request's images; all have the request's deadlines. */
final class InferTurns {
  private final InferOrder order;
  private final OptionalLong deadlineNanos;
  private final OptionalLong startByNanos;

  /**
   * @param callDeadlineNanos by System.nanoTime
   */
  InferTurns(InferOrder order, OptionalLong callDeadlineNanos) {
    this.order = order;
    this.deadlineNanos = Deadlines.of(callDeadlineNanos, order.order());
    this.startByNanos =
        order.queueNanos().isPresent()
            ? OptionalLong.of(System.nanoTime() + order.queueNanos().getAsLong())
            : OptionalLong.empty();
  }

  ImageTurn of(int index) {
    RequestImages images = order.images();
    return new ImageTurn(
        order.order(),
        () -> images.row(index),
        images.rowBytes(),
        deadlineNanos,
        Optional.empty(),
        Charge.NONE,
        startByNanos);
  }
}
