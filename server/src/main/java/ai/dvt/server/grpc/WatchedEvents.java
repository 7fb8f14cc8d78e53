package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;

/** Tells a call's watch what its image's listener hears. */
final class WatchedEvents implements ImageEvents {
  private final Order order;
  private final ImageEvents events;

  /** When the exits of a client-driven image were reached. */
  private final List<Long> reachedNanos = new ArrayList<>();

  private WatchedEvents(Order order, ImageEvents events) {
    this.order = order;
    this.events = events;
  }

  /** The events themselves where nobody watches. */
  static ImageEvents around(Order order, ImageEvents events) {
    return order.watch() == CallWatch.NONE ? events : new WatchedEvents(order, events);
  }

  @Override
  public void reached(List<ExitPassed> passed, float[] logits) {
    reachedNanos.add(System.nanoTime());
    events.reached(passed, logits);
  }

  @Override
  public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
    order.watch().answered(order, timed(passed, System.nanoTime()), reason);
    events.answered(passed, logits, reason);
  }

  @Override
  public void failed(Throwable cause) {
    order.watch().failed(order, cause);
    events.failed(cause);
  }

  /** Backwards from the end: each run ended when the next one's wait began, unless it was told. */
  private List<PassedAt> timed(List<ExitPassed> passed, long nowNanos) {
    LinkedList<PassedAt> timed = new LinkedList<>();
    long end = nowNanos;
    for (int i = passed.size() - 1; i >= 0; i--) {
      if (i < reachedNanos.size()) {
        end = Math.min(end, reachedNanos.get(i));
      }
      ExitPassed exit = passed.get(i);
      timed.addFirst(new PassedAt(exit, end));
      end -= exit.computeTime().plus(exit.queueTime()).toNanos();
    }
    return List.copyOf(timed);
  }
}
