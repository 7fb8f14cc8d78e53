package ai.dvt.server.engine;

/** A running estimate of how long a run takes, per stage and batch size. Safe from any thread. */
public final class StageTimes {
  /** Weight of the newest run. */
  private static final double NEWEST = 0.2;

  /** Nanoseconds by stage and batch size; 0: not seen. */
  private final double[][] nanos;

  StageTimes(int stages, int maxBatch) {
    nanos = new double[stages][maxBatch + 1];
  }

  /**
   * Takes one run into account.
   *
   * @param stage from 1
   */
  public synchronized void ran(int stage, int rows, long runNanos) {
    double[] seen = nanos[stage - 1];
    double run = Math.max(1, runNanos);
    seen[rows] = seen[rows] == 0 ? run : seen[rows] + NEWEST * (run - seen[rows]);
  }

  /**
   * The expected nanoseconds of a run. A batch size not seen yet takes as long as the next larger
   * one seen, else in proportion to the largest seen; 0 before any run.
   *
   * @param stage from 1
   */
  public synchronized long expectedNanos(int stage, int rows) {
    double[] seen = nanos[stage - 1];
    for (int size = rows; size < seen.length; size++) {
      if (seen[size] > 0) {
        return Math.round(seen[size]);
      }
    }
    for (int size = Math.min(rows, seen.length) - 1; size > 0; size--) {
      if (seen[size] > 0) {
        return Math.round(seen[size] * rows / size);
      }
    }
    return 0;
  }
}
