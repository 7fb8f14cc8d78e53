package ai.dvt.server.engine.load;

/** Events a second over an exponentially forgetting window. Under the owner's lock. */
final class ArrivalRate {
  private final double windowNanos;
  private double weight;
  private long lastNanos;

  /**
   * @param windowNanos after which an event counts 1/e
   */
  ArrivalRate(long windowNanos) {
    this.windowNanos = windowNanos;
  }

  void count(long nowNanos) {
    forget(nowNanos);
    weight += 1;
  }

  /** Events a second. */
  double perSecond(long nowNanos) {
    forget(nowNanos);
    return weight * 1e9 / windowNanos;
  }

  /** A rate that chance arrivals at an equal or lower one show in one of forty cases. */
  double certainPerSecond(long nowNanos) {
    double perSecond = perSecond(nowNanos);
    double deviation = Math.sqrt(perSecond * 1e9 / (2 * windowNanos));
    return Math.max(0, perSecond - 2 * deviation);
  }

  private void forget(long nowNanos) {
    long passed = Math.max(0, nowNanos - lastNanos);
    weight *= Math.exp(-passed / windowNanos);
    lastNanos = nowNanos;
  }
}
