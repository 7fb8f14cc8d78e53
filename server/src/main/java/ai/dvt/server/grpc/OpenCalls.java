package ai.dvt.server.grpc;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The calls under way that carry images; lets the server end in order. Safe from any thread. */
public final class OpenCalls {
  /** A call that can be ended from outside. */
  public interface OpenCall {
    /** Ends the call with this error, unless it ended before; its images are dropped. */
    void end(Throwable why);
  }

  private final Set<OpenCall> open = new HashSet<>();
  private boolean draining;

  /**
   * A call begins; it must {@link #leave}.
   *
   * @throws RequestException if the server shuts down
   */
  public synchronized void enter(OpenCall call) throws RequestException {
    if (draining) {
      throw shutsDown();
    }
    open.add(call);
  }

  /** Begins a call with images, or ends it if the server shuts down. Within gRPC's own call. */
  public void begin(ImageCall call, ResponseStream<?> responses) {
    try {
      enter(call);
    } catch (RequestException e) {
      responses.fail(e);
      return;
    }
    responses.tell(call);
    call.begin();
  }

  /** A call ended; a second time does nothing. */
  public synchronized void leave(OpenCall call) {
    open.remove(call);
    notifyAll();
  }

  /** From now on no call begins. */
  public synchronized void refuseNew() {
    draining = true;
  }

  /** Whether no call may begin any more. */
  public synchronized boolean refusesNew() {
    return draining;
  }

  /** Waits until no call is under way, at most this long. */
  public synchronized void awaitNone(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (long left = limit.toNanos(); !open.isEmpty() && left > 0; left = end - System.nanoTime()) {
      wait(Math.max(1, left / 1_000_000));
    }
  }

  /** Ends all calls. */
  public void endAll() {
    List<OpenCall> calls;
    synchronized (this) {
      calls = List.copyOf(open);
    }
    calls.forEach(call -> call.end(shutsDown()));
  }

  private static RequestException shutsDown() {
    return RequestException.unavailable("the server shuts down");
  }
}
