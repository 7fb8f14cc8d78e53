package ai.dvt.server.engine.load;

/**
 * How much of its planned capacity the server really has: decoding, other models and other programs
 * take from it. Measured while images wait, for only then the server does what it can. Under the
 * owner's lock.
 */
final class ServiceRate {
  private static final long WINDOW_NANOS = 250_000_000;
  private static final double LEAST = 0.05;
  private static final double MOST = 2;
  private static final double NEWEST = 0.5;

  private double factor = 1;
  private boolean measuring;
  private long sinceNanos;
  private int done;

  /** Measured against planned. */
  double factor() {
    return factor;
  }

  /**
   * An image left.
   *
   * @param busy whether enough images are in to keep all workers busy
   * @param capacity planned at the present level
   */
  void count(boolean busy, double capacity, long nowNanos) {
    if (!busy) {
      measuring = false;
      return;
    }
    if (!measuring) {
      measuring = true;
      sinceNanos = nowNanos;
      done = 0;
      return;
    }
    done++;
    long passed = nowNanos - sinceNanos;
    if (passed >= WINDOW_NANOS) {
      double measured = done * 1e9 / passed / capacity;
      factor += NEWEST * (Math.max(LEAST, Math.min(MOST, measured)) - factor);
      sinceNanos = nowNanos;
      done = 0;
    }
  }
}
