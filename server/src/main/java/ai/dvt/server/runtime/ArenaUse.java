package ai.dvt.server.runtime;

/**
 * When a session's kept memory is worth giving back: after a burst of large runs, when small ones
 * follow. Never between large ones, for what is given back has to be taken again. Safe from any
 * thread.
 */
final class ArenaUse {
  /** Large runs may come again within this. */
  static final long REST_NANOS = 1_000_000_000L;

  private final boolean keeps;
  private int largest;
  private long largestNanos;

  /**
   * @param keeps whether the session keeps memory at all
   */
  ArenaUse(boolean keeps) {
    this.keeps = keeps;
  }

  /** Whether memory of runs with more than one row is kept. */
  synchronized boolean keepsMore() {
    return keeps && largest > 1;
  }

  /** Takes a run into account; true if it is to give back what it does not need. */
  synchronized boolean shrinksAfter(int rows, long nowNanos) {
    if (2 * rows > largest) {
      largest = Math.max(largest, rows);
      largestNanos = nowNanos;
      return false;
    }
    if (!keeps || nowNanos - largestNanos < REST_NANOS) {
      return false;
    }
    largest = rows;
    largestNanos = nowNanos;
    return true;
  }

  /**
   * Takes a run's end into account: what it took is kept from now on, even if another one gave back
   * meanwhile.
   */
  synchronized void ended(int rows, long nowNanos) {
    if (2 * rows > largest) {
      largest = Math.max(largest, rows);
      largestNanos = nowNanos;
    }
  }
}
