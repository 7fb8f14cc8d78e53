package ai.dvt.server.grpc.flow;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/**
 * The charges of one call's messages, from the grant below gRPC to the handler that is done with
 * them. Safe from any thread.
 */
final class GatedCall {
  private final IntConsumer demand;
  private final Deque<Charge> arriving = new ArrayDeque<>();
  private Charge delivered;
  private Status unreadable;
  private boolean closed;

  /**
   * @param demand told how many more messages the handler wants
   */
  GatedCall(IntConsumer demand) {
    this.demand = demand;
  }

  /** The handler wants this many more messages. */
  void request(int messages) {
    demand.accept(messages);
  }

  /** A message of the call was granted and is on its way to the handler; owns the charge. */
  synchronized void granted(Charge charge) {
    if (closed) {
      charge.close();
    } else {
      arriving.add(charge);
    }
  }

  /** The oldest message on its way reaches the handler now, decoded to this many bytes. */
  synchronized void deliver(long bytes) {
    Charge oldest = arriving.poll();
    delivered = oldest == null ? Charge.NONE : oldest;
    delivered.shrinkTo(bytes);
  }

  /** The charge of the message being delivered, once; the caller closes it. */
  synchronized Charge claim() {
    Charge claimed = delivered == null ? Charge.NONE : delivered;
    delivered = null;
    return claimed;
  }

  /** The message about to be delivered could not be decoded. */
  synchronized void unreadable(Status why) {
    unreadable = why;
  }

  /** Why the message being delivered could not be decoded. */
  synchronized Status whyUnreadable() {
    return unreadable;
  }

  /** No message arrives any more. */
  synchronized void close() {
    closed = true;
    arriving.forEach(Charge::close);
    arriving.clear();
  }
}
