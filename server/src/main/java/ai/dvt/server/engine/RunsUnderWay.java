package ai.dvt.server.engine;

import java.util.IdentityHashMap;
import java.util.Map;

/** What the workers run now and when each run should end. Under the scheduler's lock. */
final class RunsUnderWay {
  private int workers = 1;
  private final Map<Batch, Long> ends = new IdentityHashMap<>();

  /** How many runs there can be side by side. */
  void staffed(int count) {
    workers = count;
  }

  void began(Batch batch, long nowNanos) {
    long expected = batch.cascade().times().expectedNanos(batch.stage(), batch.images().size());
    ends.put(batch, nowNanos + expected);
  }

  void ended(Batch batch) {
    ends.remove(batch);
  }

  /** When images that join the queue of a stage now should leave the stage. */
  Forecast forecast(ServedCascade cascade, int stage, WaitingImages waiting, long nowNanos) {
    long[] free = new long[workers];
    int worker = 0;
    for (long end : ends.values()) {
      if (worker < workers) {
        free[worker++] = Math.max(0, end - nowNanos);
      }
    }
    int batch = cascade.pace().batch(stage);
    return new Forecast(
        cascade,
        stage,
        nowNanos,
        Workload.startNanos(free, waiting.nanosBefore(cascade, stage)),
        waiting.queued(cascade, stage).rows(),
        batch,
        cascade.times().expectedNanos(stage, batch) / workers);
  }
}
