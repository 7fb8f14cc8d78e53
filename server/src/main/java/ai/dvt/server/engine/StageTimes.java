package ai.dvt.server.engine;

/**
 * A running estimate of how long a run takes, per stage and batch size. Safe from any thread.
 *
 * <p>A size that has not run for long keeps what was seen of it, scaled by how the stage as a whole
 * has become slower or faster since: warm-up times of a quiet machine do not mislead a busy one.
 */
public final class StageTimes {
  /** Weight of the newest run. */
  private static final double NEWEST = 0.2;

  /** A run that took longer than so many times the expected one counts as that. */
  private static final double LARGEST_SURPRISE = 4;

  /** Mean excesses that {@link #likelyNanos} allows for: about 1.6 standard deviations. */
  private static final double EXCESSES = 4;

  private static final double DOUBT = 0.999;

  /** One stage's runs. */
  private static final class Seen {
    /** Mean nanoseconds by batch size at a pace of 1; 0: not seen. */
    final double[] nanos;

    /** How slow the stage is now against {@link #nanos}. */
    double pace = 1;

    /** By how much runs exceed what was expected of them, on average, as a part of it. */
    double excess;

    Seen(int maxBatch) {
      nanos = new double[maxBatch + 1];
    }

    double expected(int rows) {
      for (int size = rows; size < nanos.length; size++) {
        if (nanos[size] > 0) {
          return nanos[size] * pace;
        }
      }
      for (int size = Math.min(rows, nanos.length) - 1; size > 0; size--) {
        if (nanos[size] > 0) {
          return nanos[size] * pace * rows / size;
        }
      }
      return 0;
    }
  }

  private final Seen[] stages;

  StageTimes(int stages, int maxBatch) {
    this.stages = new Seen[stages];
    for (int stage = 0; stage < stages; stage++) {
      this.stages[stage] = new Seen(maxBatch);
    }
  }

  /**
   * Takes one run into account.
   *
   * @param stage from 1
   */
  public synchronized void ran(int stage, int rows, long runNanos) {
    Seen seen = stages[stage - 1];
    double run = Math.max(1, runNanos);
    if (seen.nanos[rows] == 0) {
      seen.nanos[rows] = run / seen.pace;
      return;
    }
    double ratio = Math.min(LARGEST_SURPRISE, run / (seen.nanos[rows] * seen.pace));
    seen.excess += NEWEST * (Math.max(0, ratio - 1) - seen.excess);
    // Half of the surprise is the stage's, half the batch size's; together it is the newest's part.
    double part = Math.sqrt(1 + NEWEST * (ratio - 1));
    seen.pace *= part;
    seen.nanos[rows] *= part;
  }

  /**
   * An image did not take the stage because of its estimate. If the stage became fast again nobody
   * would find out: so a doubted estimate falls by a thousandth each time, until the stage is
   * tried.
   *
   * @param stage from 1
   */
  synchronized void doubted(int stage) {
    Seen seen = stages[stage - 1];
    seen.pace *= DOUBT;
    seen.excess *= DOUBT;
  }

  /**
   * The expected nanoseconds of a run. A batch size not seen yet takes as long as the next larger
   * one seen, else in proportion to the largest seen; 0 before any run.
   *
   * @param stage from 1
   */
  public synchronized long expectedNanos(int stage, int rows) {
    return Math.round(stages[stage - 1].expected(rows));
  }

  /**
   * Nanoseconds that hardly any run exceeds: the expected time and twice the mean deviation of
   * late.
   *
   * @param stage from 1
   */
  public synchronized long likelyNanos(int stage, int rows) {
    Seen seen = stages[stage - 1];
    return Math.round(seen.expected(rows) * (1 + Math.min(1, EXCESSES * seen.excess)));
  }
}
