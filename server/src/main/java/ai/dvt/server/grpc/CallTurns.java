package ai.dvt.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells when no call can know an older catalogue any more. A call with one request may hold a model
 * until it ends; a stream asks the catalogue anew with every message, and its images hold their
 * model themselves. Safe from any thread.
 */
public final class CallTurns implements ServerInterceptor {
  private final TreeMap<Long, Integer> open = new TreeMap<>();
  private long turn;

  /**
   * Waits for all calls that began before now.
   *
   * @return whether all ended within the limit
   */
  public synchronized boolean awaitEarlier(Duration limit) throws InterruptedException {
    long mine = turn++;
    long end = System.nanoTime() + limit.toNanos();
    while (!open.isEmpty() && open.firstKey() <= mine) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return true;
  }

  private synchronized long enter() {
    open.merge(turn, 1, Integer::sum);
    return turn;
  }

  private synchronized void leave(long entered) {
    if (open.merge(entered, -1, Integer::sum) == 0) {
      open.remove(entered);
      notifyAll();
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (method.startsWith("grpc.") || method.contains("/Repository")) {
      return next.startCall(call, headers); // health, reflection, what changes the models
    }
    return call.getMethodDescriptor().getType().clientSendsOneMessage()
        ? whole(call, headers, next)
        : perMessage(call, headers, next);
  }

  private <Q, R> ServerCall.Listener<Q> whole(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    long entered = enter();
    AtomicBoolean left = new AtomicBoolean();
    Runnable leaveOnce =
        () -> {
          if (left.compareAndSet(false, true)) {
            leave(entered);
          }
        };
    ServerCall.Listener<Q> listener;
    try {
      listener = next.startCall(call, headers);
    } catch (RuntimeException | Error e) {
      leaveOnce.run();
      throw e;
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onComplete() {
        try {
          super.onComplete();
        } finally {
          leaveOnce.run();
        }
      }

      @Override
      public void onCancel() {
        try {
          super.onCancel();
        } finally {
          leaveOnce.run();
        }
      }
    };
  }

  private <Q, R> ServerCall.Listener<Q> perMessage(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(Q message) {
        long entered = enter();
        try {
          super.onMessage(message);
        } finally {
          leave(entered);
        }
      }
    };
  }
}
