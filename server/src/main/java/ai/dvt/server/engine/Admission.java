package ai.dvt.server.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Lets images in while there is room for all that they will keep alive. Whoever is in gets to the
 * end: the largest footprint of the whole way is reserved at once. Safe from any thread.
 *
 * <p>First come, first served: nobody overtakes a waiting image. An image larger than the whole
 * capacity comes in when it is alone.
 */
public final class Admission {
  private static final class Place implements Waiting {
    final Admission admission;
    final long bytes;
    final Consumer<Reservation> granted;

    Place(Admission admission, long bytes, Consumer<Reservation> granted) {
      this.admission = admission;
      this.bytes = bytes;
      this.granted = granted;
    }

    @Override
    public void close() {
      admission.giveUp(this);
    }
  }

  private final long capacityBytes;
  private final Deque<Place> line = new ArrayDeque<>();
  private volatile Runnable shortage = () -> {};
  private long reservedBytes;
  private int rows;
  private long admitted;
  private long refused;

  /**
   * @param capacityBytes of all images in the engine together
   */
  public Admission(long capacityBytes) {
    if (capacityBytes < 1) {
      throw new IllegalArgumentException("capacity: " + capacityBytes + " bytes (expected: >= 1)");
    }
    this.capacityBytes = capacityBytes;
  }

  public long capacityBytes() {
    return capacityBytes;
  }

  public synchronized long reservedBytes() {
    return reservedBytes;
  }

  /** What is in, what waits, and what was counted so far. */
  public synchronized AdmissionStatistics statistics() {
    return new AdmissionStatistics(
        rows, Integer.MAX_VALUE, reservedBytes, capacityBytes, line.size(), admitted, refused);
  }

  /** Images that wait for room. */
  public synchronized int waiting() {
    return line.size();
  }

  /**
   * Room for one image, or nothing when there is none or others wait for it.
   *
   * @param imageBytes {@link InputRow#queuedBytes}
   */
  public Optional<Reservation> tryReserve(ServedCascade cascade, long imageBytes) {
    long bytes = cascade.footprint(imageBytes);
    if (!takeNow(bytes)) {
      shortage.run();
      if (!takeNow(bytes)) {
        synchronized (this) {
          refused++;
        }
        return Optional.empty();
      }
    }
    return Optional.of(new Reservation(this, bytes));
  }

  private synchronized boolean takeNow(long bytes) {
    return line.isEmpty() && take(bytes);
  }

  /** Sets what runs, outside any lock, when an image finds no room: whoever can gives some back. */
  void onShortage(Runnable giveBack) {
    shortage = giveBack;
  }

  /**
   * First come, first served: {@code granted} runs once there is room, on this thread if that is
   * now, else on the thread that gave room back; it must not block. Closing the returned handle
   * gives up the place.
   *
   * @param imageBytes {@link InputRow#queuedBytes}
   * @param granted gets the reservation for its own
   */
  public Waiting reserveWhenRoom(
      ServedCascade cascade, long imageBytes, Consumer<Reservation> granted) {
    Place place = new Place(this, cascade.footprint(imageBytes), granted);
    synchronized (this) {
      line.add(place);
    }
    grantFirst();
    boolean waits;
    synchronized (this) {
      waits = line.contains(place);
    }
    if (waits) {
      shortage.run();
    }
    return place;
  }

  void release(long bytes) {
    synchronized (this) {
      reservedBytes -= bytes;
      rows--;
    }
    grantFirst();
  }

  private void giveUp(Place place) {
    boolean blocked;
    synchronized (this) {
      blocked = line.remove(place);
    }
    if (blocked) {
      grantFirst();
    }
  }

  private void grantFirst() {
    while (true) {
      Place first;
      synchronized (this) {
        first = line.peek();
        if (first == null || !take(first.bytes)) {
          return;
        }
        line.remove();
      }
      first.granted.accept(new Reservation(this, first.bytes));
    }
  }

  private boolean take(long bytes) {
    if (reservedBytes > 0 && reservedBytes + bytes > capacityBytes) {
      return false;
    }
    reservedBytes += bytes;
    rows++;
    admitted++;
    return true;
  }
}
