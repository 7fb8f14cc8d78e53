package ai.dvt.server.engine;

import java.util.Arrays;

/** How long it takes until the workers come to something; pure. */
final class Workload {
  private Workload() {}

  /**
   * When a worker comes to what goes after some work.
   *
   * @param freeNanos from now until each worker ends its run; 0 for idle ones
   * @param workNanos of one worker, that goes first, spread over them all
   * @return nanoseconds from now
   */
  static long startNanos(long[] freeNanos, long workNanos) {
    long[] sorted = freeNanos.clone();
    Arrays.sort(sorted);
    double busy = workNanos;
    for (int worker = 0; worker < sorted.length; worker++) {
      busy += sorted[worker];
      double start = busy / (worker + 1);
      if (worker + 1 == sorted.length || start <= sorted[worker + 1]) {
        return Math.round(Math.max(start, sorted[0]));
      }
    }
    return workNanos;
  }

  /**
   * Nanoseconds of a worker that some rows of a stage take until they leave the cascade: the stage
   * itself and the deeper ones for as many of them as go on, in full batches.
   *
   * @param stage from 1
   */
  static long nanos(ServedCascade cascade, int stage, int rows) {
    double nanos = 0;
    for (int at = stage; at <= cascade.stages(); at++) {
      int batch = cascade.pace().batch(at);
      double share = cascade.counters().shareGoingOn(stage, at);
      nanos += rows * share * cascade.times().expectedNanos(at, batch) / batch;
    }
    return Math.round(nanos);
  }
}
