package ai.dvt.server.engine;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;

/** What the workers run now and when each run should end. Under the scheduler's lock. */
final class RunsUnderWay {
  private int atOnce = 1;
  private final Map<Batch, Long> ends = new IdentityHashMap<>();

  /** How many runs there can be side by side; what begins beside them waits for its turn. */
  void staffed(int count) {
    atOnce = count;
  }

  void began(Batch batch, long nowNanos) {
    long expected = batch.cascade().times().expectedNanos(batch.stage(), batch.images().size());
    long start =
        ends.size() < atOnce ? nowNanos : Math.max(nowNanos, Collections.max(ends.values()));
    ends.put(batch, start + expected);
  }

  void ended(Batch batch) {
    ends.remove(batch);
  }

  /** When images that join the queue of a stage now should leave the stage. */
  Forecast forecast(ServedCascade cascade, int stage, WaitingImages waiting, long nowNanos) {
    long[] free = new long[atOnce];
    int run = 0;
    for (long end : ends.values()) {
      int place = run++ % atOnce;
      free[place] = Math.max(free[place], end - nowNanos);
    }
    int batch = cascade.pace().batch(stage);
    return new Forecast(
        cascade,
        stage,
        nowNanos,
        Workload.startNanos(free, waiting.nanosBefore(cascade, stage)),
        waiting.queued(cascade, stage).rows(),
        batch,
        cascade.times().expectedNanos(stage, batch) / atOnce);
  }
}
