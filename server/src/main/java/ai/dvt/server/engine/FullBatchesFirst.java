package ai.dvt.server.engine;

import java.time.Duration;
import java.util.List;

/**
 * Full batches before partial ones, deeper stages before new work, and nobody waits too long.
 *
 * <ol>
 *   <li>A queue is due when it fills a batch or its oldest row has waited for the limit. Among the
 *       due ones the deepest stage goes first: its images hold the most memory and are the oldest
 *       in the engine; new work cannot starve, for every image of a deeper stage once was new work.
 *       Among equals the oldest row goes first.
 *   <li>If none is due, the oldest row goes with whatever waits beside it: a worker never idles
 *       while an image is ready.
 * </ol>
 *
 * Under saturation stage 1 is always due, so deeper stages wait until they fill a batch, at most
 * for the limit; at low load everything runs at once.
 */
final class FullBatchesFirst implements BatchPolicy {
  private final long maxDelayNanos;

  FullBatchesFirst(Duration maxDelay) {
    this.maxDelayNanos = maxDelay.toNanos();
  }

  @Override
  public int next(List<Ready> ready, long nowNanos) {
    int best = 0;
    for (int i = 1; i < ready.size(); i++) {
      if (before(ready.get(i), ready.get(best), nowNanos)) {
        best = i;
      }
    }
    return best;
  }

  private boolean before(Ready a, Ready b, long nowNanos) {
    boolean aDue = due(a, nowNanos);
    boolean bDue = due(b, nowNanos);
    if (aDue != bDue) {
      return aDue;
    }
    if (aDue && a.stage() != b.stage()) {
      return a.stage() > b.stage();
    }
    return a.oldestNanos() - b.oldestNanos() < 0;
  }

  private boolean due(Ready ready, long nowNanos) {
    return ready.full() || nowNanos - ready.oldestNanos() >= maxDelayNanos;
  }
}
