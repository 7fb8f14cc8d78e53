package ai.dvt.server.engine.load;

/**
 * How long images may be expected to wait, as a part of the objective. What an expectation misses
 * (other programs, decoding, large batches) is learnt from answers that come too near to the
 * objective: then the part shrinks, and grows again little by little. Under the owner's lock.
 */
final class Patience {
  private static final double MOST = 0.6;

  /** Less would leave workers without work between two images. */
  private static final double LEAST = 0.2;

  /** An answer after this part of the objective is too near to it. */
  private static final double NEAR = 0.9;

  /** What is left of the part after an answer that came too near... */
  private static final double CUT = 0.9;

  /** ...and others soon after it, which have the same cause. */
  private static final long SAME_CAUSE_NANOS = 50_000_000;

  /** With every other answer: it takes a few seconds to get back what a short stall cut. */
  private static final double GROWTH = 0.0003;

  private final long objectiveNanos;
  private double part = MOST;
  private long cutNanos;

  Patience(long objectiveNanos, long nowNanos) {
    this.objectiveNanos = objectiveNanos;
    this.cutNanos = nowNanos - SAME_CAUSE_NANOS;
  }

  /** The longest expected wait of an image that may come in. */
  double nanos() {
    return part * objectiveNanos;
  }

  /** An image that came in was answered. */
  void answered(long insideNanos, long nowNanos) {
    if (insideNanos <= NEAR * objectiveNanos) {
      part = Math.min(MOST, part + GROWTH);
    } else if (nowNanos - cutNanos >= SAME_CAUSE_NANOS) {
      part = Math.max(LEAST, part * CUT);
      cutNanos = nowNanos;
    }
  }
}
