package ai.dvt.server.runtime;

/**
 * When a session's kept memory is worth giving back: after a burst of large runs, when only small
 * ones follow. Never between large ones, for what is given back has to be taken again, page by
 * page: a deep stage that takes a second a batch runs a small one now and then at full load too.
 * Safe from any thread.
 */
final class ArenaUse {
  /** Large runs may come again within this. */
  static final long REST_NANOS = 1_000_000_000L;

  /** So many small runs in a row are no chance. */
  static final int FEW = 12;

  private final boolean keeps;
  private int largest;
  private long largestNanos;
  private int small;

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
      large(rows, nowNanos);
      return false;
    }
    small++;
    if (!keeps || small < FEW || nowNanos - largestNanos < REST_NANOS) {
      return false;
    }
    givesBack(rows, nowNanos);
    return true;
  }

  /** Takes a run into account that gives back what it does not need. */
  synchronized void givesBack(int rows, long nowNanos) {
    largest = 0;
    large(rows, nowNanos);
  }

  private void large(int rows, long nowNanos) {
    largest = Math.max(largest, rows);
    largestNanos = nowNanos;
    small = 0;
  }

  /**
   * Takes a run's end into account: what it took is kept from now on, even if another one gave back
   * meanwhile.
   */
  synchronized void ended(int rows, long nowNanos) {
    if (2 * rows > largest) {
      large(rows, nowNanos);
    }
  }
}
