package ai.dvt.server.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Lets images in while there is room for all that they will keep alive, in rows and in bytes.
 * Whoever is in gets to the end: the largest footprint of the whole way is reserved at once. Safe
 * from any thread.
 *
 * <p>Who waits, waits in a {@link FairLine}: nobody overtakes the one whose turn it is. A caller
 * that does not want to wait long ({@link #reserveOrRefuse}) is refused when the room is taken and
 * its client already holds its share of it; a client with less than its share waits for its turn,
 * so a flood of others cannot lock it out. An image larger than the whole capacity comes in when it
 * is alone.
 */
public final class Admission {
  /** A line of so many clients with one image each is too long for another one. */
  private static final int MOST_CLIENTS = 10_000;

  private final class Place implements Waiting {
    final Caller caller;
    final long bytes;
    final Consumer<Reservation> granted;

    Place(Caller caller, long bytes, Consumer<Reservation> granted) {
      this.caller = caller;
      this.bytes = bytes;
      this.granted = granted;
    }

    @Override
    public void close() {
      giveUp(this);
    }
  }

  /** What one client has in and in the line. */
  private static final class Holding {
    int rows;
    long bytes;
  }

  private final int capacityRows;
  private final LongSupplier clock;
  private final FairLine<Place> line = new FairLine<>(place -> place.caller);
  private final Map<String, Holding> clients = new HashMap<>();
  private final DrainRate drain = new DrainRate();
  private volatile Runnable shortage = () -> {};
  private long capacityBytes;
  private boolean tight;
  private long reservedBytes;
  private long waitingBytes;
  private int rows;
  private long admitted;
  private long refused;

  /**
   * @param capacityBytes of all images in the engine together
   * @param capacityRows images in the engine
   * @param clock as {@link System#nanoTime}
   */
  Admission(long capacityBytes, int capacityRows, LongSupplier clock) {
    if (capacityBytes < 1) {
      throw new IllegalArgumentException("capacity: " + capacityBytes + " bytes (expected: >= 1)");
    }
    if (capacityRows < 1) {
      throw new IllegalArgumentException("capacity: " + capacityRows + " rows (expected: >= 1)");
    }
    this.capacityBytes = capacityBytes;
    this.capacityRows = capacityRows;
    this.clock = clock;
  }

  public synchronized long capacityBytes() {
    return capacityBytes;
  }

  /** Lowers the capacity, if it is larger; images inside stay. */
  public synchronized void lowerCapacity(long bytes) {
    capacityBytes = Math.max(1, Math.min(capacityBytes, bytes));
  }

  /** While memory is tight an image comes in only when it is alone. */
  void tighten(boolean isTight) {
    synchronized (this) {
      tight = isTight;
    }
    grantFirst();
  }

  public synchronized long reservedBytes() {
    return reservedBytes;
  }

  /** What is in, what waits, and what was counted so far. */
  public synchronized AdmissionStatistics statistics() {
    return new AdmissionStatistics(
        rows, capacityRows, reservedBytes, capacityBytes, line.size(), admitted, refused);
  }

  /** Images that wait for room. */
  public synchronized int waiting() {
    return line.size();
  }

  /** For the policy; nearly full: somebody waits, or 7 of 8 parts are taken. */
  synchronized BatchPolicy.Room room() {
    return new BatchPolicy.Room(
        rows,
        tight
            || !line.isEmpty()
            || reservedBytes >= capacityBytes - capacityBytes / 8
            || rows >= capacityRows - capacityRows / 8);
  }

  /** When somebody who was just refused should come again, by how fast images leave. */
  public synchronized Duration retryAfter() {
    return drain.pause(line.size(), clock.getAsLong());
  }

  /**
   * Room for one image, or nothing when there is none or others wait for it.
   *
   * @param imageBytes {@link InputRow#queuedBytes}
   */
  public Optional<Reservation> tryReserve(ServedCascade cascade, long imageBytes) {
    long bytes = cascade.footprint(imageBytes);
    Optional<Reservation> room = takeNow(bytes);
    if (room.isEmpty()) {
      shortage.run();
      room = takeNow(bytes);
      if (room.isEmpty()) {
        synchronized (this) {
          refused++;
        }
      }
    }
    return room;
  }

  private synchronized Optional<Reservation> takeNow(long bytes) {
    if (!fitsBehindLine(bytes)) {
      return Optional.empty();
    }
    hold(Caller.LOCAL, bytes);
    return Optional.of(enter(Caller.LOCAL, bytes));
  }

  /** Sets what runs, outside any lock, when an image finds no room: whoever can gives some back. */
  void onShortage(Runnable giveBack) {
    shortage = giveBack;
  }

  /** As the other, for the process itself. */
  public Waiting reserveWhenRoom(
      ServedCascade cascade, long imageBytes, Consumer<Reservation> granted) {
    return reserveWhenRoom(cascade, imageBytes, Caller.LOCAL, granted);
  }

  /**
   * Waits in the fair line: {@code granted} runs once there is room, on this thread if that is now,
   * else on the thread that gave room back; it must not block. Closing the returned handle gives up
   * the place.
   *
   * @param imageBytes {@link InputRow#queuedBytes}
   * @param granted gets the reservation for its own
   */
  public Waiting reserveWhenRoom(
      ServedCascade cascade, long imageBytes, Caller caller, Consumer<Reservation> granted) {
    Place place = new Place(caller, cascade.footprint(imageBytes), granted);
    synchronized (this) {
      hold(caller, place.bytes);
      line.add(place);
      waitingBytes += place.bytes;
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

  /**
   * As {@link #reserveWhenRoom}, for callers that rather come again than wait long: with the room
   * taken, only a client that holds less than its share of it may wait. The share is the room
   * divided by the clients that hold or wait for some.
   *
   * @return empty if refused; {@code granted} is not called then
   */
  public Optional<Waiting> reserveOrRefuse(
      ServedCascade cascade, long imageBytes, Caller caller, Consumer<Reservation> granted) {
    Place place = new Place(caller, cascade.footprint(imageBytes), granted);
    if (!lineUp(place)) {
      shortage.run();
      if (!lineUp(place)) {
        synchronized (this) {
          refused++;
        }
        return Optional.empty();
      }
    }
    grantFirst();
    return Optional.of(place);
  }

  private synchronized boolean lineUp(Place place) {
    if (!fitsBehindLine(place.bytes) && !mayWait(place.caller, place.bytes)) {
      return false;
    }
    hold(place.caller, place.bytes);
    line.add(place);
    waitingBytes += place.bytes;
    return true;
  }

  void release(Caller caller, long bytes) {
    synchronized (this) {
      reservedBytes -= bytes;
      rows--;
      letGo(caller, bytes);
      drain.left(clock.getAsLong());
    }
    grantFirst();
  }

  private void giveUp(Place place) {
    boolean blocked;
    synchronized (this) {
      blocked = line.remove(place);
      if (blocked) {
        waitingBytes -= place.bytes;
        letGo(place.caller, place.bytes);
      }
    }
    if (blocked) {
      grantFirst();
    }
  }

  private void grantFirst() {
    while (true) {
      Place first;
      Reservation room;
      synchronized (this) {
        first = line.peek();
        if (first == null || !fits(first.bytes)) {
          return;
        }
        line.poll();
        waitingBytes -= first.bytes;
        room = enter(first.caller, first.bytes);
      }
      first.granted.accept(room);
    }
  }

  private boolean fits(long bytes) {
    return rows == 0 || (!tight && rows < capacityRows && bytes <= capacityBytes - reservedBytes);
  }

  /** Whether there is room beside all who wait: another thread may be about to let them in. */
  private boolean fitsBehindLine(long bytes) {
    return line.isEmpty()
        ? fits(bytes)
        : rows + line.size() < capacityRows
            && bytes <= capacityBytes - reservedBytes - waitingBytes;
  }

  private Reservation enter(Caller caller, long bytes) {
    reservedBytes += bytes;
    rows++;
    admitted++;
    return new Reservation(this, caller, bytes);
  }

  private boolean mayWait(Caller caller, long bytes) {
    Holding own = clients.get(caller.client());
    if (own == null) {
      return clients.size() < MOST_CLIENTS;
    }
    int sharers = clients.size();
    return sharers > 1
        && own.rows < Math.max(1, capacityRows / sharers)
        && bytes <= capacityBytes / sharers - own.bytes;
  }

  private void hold(Caller caller, long bytes) {
    Holding own = clients.computeIfAbsent(caller.client(), client -> new Holding());
    own.rows++;
    own.bytes += bytes;
  }

  private void letGo(Caller caller, long bytes) {
    Holding own = clients.get(caller.client());
    own.rows--;
    own.bytes -= bytes;
    if (own.rows == 0) {
      clients.remove(caller.client());
    }
  }
}
