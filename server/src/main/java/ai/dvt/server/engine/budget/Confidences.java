package ai.dvt.server.engine.budget;

/**
 * How confident an exit was so far: a histogram that is fine near 1, where trained exits are. Under
 * the owner's lock.
 */
final class Confidences {
  private static final int BINS = 2048;
  private static final double FINEST = 1e-7;

  private final int[] counts = new int[BINS];
  private int total;

  void add(float confidence) {
    counts[bin(confidence)]++;
    total++;
  }

  int total() {
    return total;
  }

  /** Fraction of those seen that were less confident; equal ones count half. */
  double rank(float confidence) {
    int at = bin(confidence);
    double below = counts[at] / 2.0;
    for (int i = 0; i < at; i++) {
      below += counts[i];
    }
    return total == 0 ? 0.5 : below / total;
  }

  private static int bin(float confidence) {
    double place = Math.log(1 - confidence + FINEST) / Math.log(FINEST);
    return (int) Math.max(0, Math.min(BINS - 1, place * BINS));
  }
}
