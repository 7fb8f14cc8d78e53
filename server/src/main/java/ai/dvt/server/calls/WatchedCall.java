package ai.dvt.server.calls;

import ai.dvt.cascade.ExitReason;
import ai.dvt.server.grpc.CallWatch;
import ai.dvt.server.grpc.Order;
import ai.dvt.server.grpc.PassedAt;
import io.grpc.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Collects what became of a call's images until it ends. Safe from any thread. */
final class WatchedCall implements CallWatch {
  /** A call may carry any number of images; what is told of it stays small. */
  private static final int MOST_TOLD = 64;

  private final String id;
  private final String method;
  private final Instant start = Instant.now();
  private final long startNanos = System.nanoTime();
  private final List<ToldImage> told = new ArrayList<>();
  private int images;
  private boolean ended;

  WatchedCall(String id, String method) {
    this.id = id;
    this.method = method;
  }

  @Override
  public void answered(Order order, List<PassedAt> passed, ExitReason reason) {
    add(new ToldImage(order, passed, reason.name().toLowerCase(Locale.ROOT), System.nanoTime()));
  }

  @Override
  public void failed(Order order, Throwable cause) {
    add(new ToldImage(order, List.of(), String.valueOf(cause.getMessage()), System.nanoTime()));
  }

  private synchronized void add(ToldImage image) {
    images++;
    if (told.size() < MOST_TOLD) {
      told.add(image);
    }
  }

  /** The whole call, at its first end alone. */
  synchronized Optional<EndedCall> end(Status status) {
    if (ended) {
      return Optional.empty();
    }
    ended = true;
    return Optional.of(
        new EndedCall(id, method, status, start, startNanos, System.nanoTime(), told, images));
  }
}
