package ai.dvt.server.engine;

/**
 * When images that join a stage's queue now are expected to leave the stage.
 *
 * @param nowNanos the time of the forecast
 * @param waitNanos until a worker is free for the queue's first row: the runs under way and what
 *     goes first, deeper stages above all, spread over the workers
 * @param rowsAhead in the queue
 * @param batch the most rows of a run
 * @param fullNanos of one full batch of the stage, divided by the workers
 */
record Forecast(
    ServedCascade cascade,
    int stage,
    long nowNanos,
    long waitNanos,
    int rowsAhead,
    int batch,
    long fullNanos) {
  /**
   * Whether an image is expected to leave the stage within its deadline, safety margin included.
   *
   * @param before images that join the queue before it at the same time
   */
  boolean inTime(boolean hasDeadline, long deadlineNanos, int before) {
    if (!hasDeadline) {
      return true;
    }
    int ahead = rowsAhead + before;
    long expected =
        waitNanos
            + ahead / batch * fullNanos
            + cascade.times().likelyNanos(stage, ahead % batch + 1);
    return deadlineNanos - (nowNanos + Deadlines.withMargin(expected)) >= 0;
  }
}
