package ai.dvt.server.grpc.flow;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Bytes that the messages of all calls may take together. Who does not fit waits in line; nobody
 * overtakes. Safe from any thread; callbacks run on the releasing thread, outside the lock.
 */
public final class RequestBudget {
  private final long capacityBytes;
  private final Set<Charge> waiting = new LinkedHashSet<>();
  private long heldBytes;

  /**
   * @param capacityBytes at least the largest message
   */
  public RequestBudget(long capacityBytes) {
    if (capacityBytes < 1) {
      throw new IllegalArgumentException(
          "max-inflight-request-bytes: " + capacityBytes + " (expected: >= 1)");
    }
    this.capacityBytes = capacityBytes;
  }

  /** Bytes held now. */
  public synchronized long heldBytes() {
    return heldBytes;
  }

  /** Messages in line. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /**
   * Takes bytes, now or when those before gave back enough. More than the capacity is cut to it.
   *
   * @param granted called once, and only if the charge had to wait
   */
  Charge acquire(long bytes, Runnable granted) {
    Charge charge = new Charge(this, Math.min(bytes, capacityBytes), granted);
    synchronized (this) {
      if (waiting.isEmpty() && heldBytes + charge.bytes <= capacityBytes) {
        heldBytes += charge.bytes;
        charge.state = Charge.State.HELD;
      } else {
        waiting.add(charge);
      }
    }
    return charge;
  }

  /** Takes bytes at once, even beyond the capacity: for messages too small to be worth a wait. */
  Charge overdraw(long bytes) {
    Charge charge = new Charge(this, bytes, () -> {});
    synchronized (this) {
      heldBytes += bytes;
      charge.state = Charge.State.HELD;
    }
    return charge;
  }

  private synchronized boolean isHeld(Charge charge) {
    return charge.state == Charge.State.HELD;
  }

  private void shrink(Charge charge, long bytes) {
    List<Charge> granted;
    synchronized (this) {
      if (charge.state != Charge.State.HELD || bytes >= charge.bytes) {
        return;
      }
      heldBytes -= charge.bytes - bytes;
      charge.bytes = bytes;
      granted = grantWaiting();
    }
    granted.forEach(next -> next.granted.run());
  }

  private void release(Charge charge) {
    List<Charge> granted;
    synchronized (this) {
      if (charge.state == Charge.State.HELD) {
        heldBytes -= charge.bytes;
      } else {
        waiting.remove(charge);
      }
      charge.state = Charge.State.RELEASED;
      charge.bytes = 0;
      granted = grantWaiting();
    }
    granted.forEach(next -> next.granted.run());
  }

  private List<Charge> grantWaiting() {
    List<Charge> granted = new ArrayList<>();
    Iterator<Charge> line = waiting.iterator();
    while (line.hasNext()) {
      Charge next = line.next();
      if (heldBytes + next.bytes > capacityBytes) {
        break;
      }
      line.remove();
      heldBytes += next.bytes;
      next.state = Charge.State.HELD;
      granted.add(next);
    }
    return granted;
  }

  /** What one message takes. All methods are idempotent and safe from any thread. */
  public static final class Charge implements AutoCloseable {
    /** The charge of a message that nobody counts. */
    public static final Charge NONE = new RequestBudget(1).overdraw(0);

    private enum State {
      WAITING,
      HELD,
      RELEASED
    }

    private final RequestBudget budget;
    private final Runnable granted;
    private State state = State.WAITING;
    private long bytes;

    private Charge(RequestBudget budget, long bytes, Runnable granted) {
      this.budget = budget;
      this.bytes = bytes;
      this.granted = granted;
    }

    boolean isHeld() {
      return budget.isHeld(this);
    }

    /** Gives back what is above the given number of bytes. */
    void shrinkTo(long bytes) {
      budget.shrink(this, bytes);
    }

    /** Gives the bytes back, or leaves the line. */
    @Override
    public void close() {
      budget.release(this);
    }
  }
}
