package ai.dvt.server.engine;

import java.time.Duration;

/**
 * How fast images leave, and from it when a caller that found no room should come again. Not safe
 * from several threads.
 */
final class DrainRate {
  /** Told as long as nothing was measured. */
  static final Duration UNMEASURED = Duration.ofMillis(100);

  static final Duration SHORTEST = Duration.ofMillis(10);
  static final Duration LONGEST = Duration.ofSeconds(5);

  /** What lies longer ago counts less. */
  private static final double MEMORY_NANOS = 2e9;

  private boolean measured;
  private long startNanos;
  private long lastNanos;
  private double recent;
  private long takenUntilNanos;

  /** One image left. */
  void left(long nowNanos) {
    if (!measured) {
      measured = true;
      startNanos = nowNanos;
      lastNanos = nowNanos;
      return; // the first one begins the measurement
    }
    recent = recent(nowNanos) + 1;
    lastNanos = nowNanos;
  }

  /** Images a second, of late; 0 as long as unknown. */
  double perSecond(long nowNanos) {
    long elapsed = nowNanos - startNanos;
    if (!measured || elapsed <= 0) {
      return 0;
    }
    double weight = 1 - Math.exp(-elapsed / MEMORY_NANOS);
    return recent(nowNanos) / (weight * MEMORY_NANOS) * 1e9;
  }

  /**
   * The pause until one more image should find room. Callers that are refused at the same time are
   * told different pauses, one image's leaving apart, so that they do not all come back at once.
   *
   * @param before images that wait already and come in first
   * @return {@link #SHORTEST} to {@link #LONGEST}
   */
  Duration pause(int before, long nowNanos) {
    double rate = perSecond(nowNanos);
    if (rate <= 0) {
      return UNMEASURED;
    }
    long one = (long) Math.min(LONGEST.toNanos(), 1e9 / rate);
    long ahead = (long) Math.min((double) LONGEST.toNanos(), (double) one * before);
    takenUntilNanos = Math.max(takenUntilNanos - nowNanos, ahead) + nowNanos + one;
    takenUntilNanos = Math.min(takenUntilNanos - nowNanos, LONGEST.toNanos()) + nowNanos;
    return Duration.ofNanos(Math.max(SHORTEST.toNanos(), takenUntilNanos - nowNanos));
  }

  private double recent(long nowNanos) {
    return recent * Math.exp(-Math.max(0, nowNanos - lastNanos) / MEMORY_NANOS);
  }
}
