package ai.dvt.server.engine.load;

/**
 * How long images may be expected to wait, as a part of the objective. What an expectation misses
 * (other programs, decoding, large batches) is learnt from answers that come too near to the
 * objective: then the part shrinks, and grows again little by little. Under the owner's lock.
 */
final class Patience {
  private static final double MOST = 0.6;
  private static final double LEAST = 0.1;

  /** An answer after this part of the objective is too near to it. */
  private static final double NEAR = 0.9;

  /** What is left of the part after an answer that came too near... */
  private static final double CUT = 0.97;

  /** ...and what one that did not adds: in balance with about one in a hundred. */
  private static final double GROWTH = 0.0002;

  private final long objectiveNanos;
  private double part = MOST;

  Patience(long objectiveNanos) {
    this.objectiveNanos = objectiveNanos;
  }

  /** The longest expected wait of an image that may come in. */
  double nanos() {
    return part * objectiveNanos;
  }

  /** An image that came in was answered. */
  void answered(long insideNanos) {
    part =
        insideNanos <= NEAR * objectiveNanos
            ? Math.min(MOST, part + GROWTH)
            : Math.max(LEAST, part * CUT);
  }
}
