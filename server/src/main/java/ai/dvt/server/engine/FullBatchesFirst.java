package ai.dvt.server.engine;

import java.util.List;

/**
 * Full batches before partial ones, deeper stages before new work, and nobody waits too long.
 *
 * <ol>
 *   <li><b>A worker never idles while an image is ready.</b> If nothing is due, the oldest row goes
 *       with whatever waits beside it: with time to spare a batch is worth no wait.
 *   <li><b>A queue is due when it fills a batch</b>, because a full batch costs the least per
 *       image, <b>or when its time is up</b>: the oldest row has waited for the stage's limit, or a
 *       row's deadline wants it to be next. So survivors of many batches come together, and none of
 *       them waits without bound. Due queues go before others.
 *   <li><b>Among the due ones the deepest stage goes first</b>: its images hold the most memory,
 *       are the oldest in the engine and the next to leave. New work cannot starve: every image of
 *       a deeper stage once was new work, so there is never more of it than there was.
 *   <li><b>When memory is short a deeper queue is due from half a batch on</b>, and with nothing
 *       due the deepest goes, not the oldest: what is deep gives back the most room. It is short
 *       when new images find hardly any room while more than half of those inside wait for a deeper
 *       stage. A full house of new work alone is not short of memory but busy, and there full
 *       batches pay.
 *   <li>Among equals the oldest row goes first.
 * </ol>
 *
 * Under saturation stage 1 is always due, so deeper stages fill their batches or wait for their
 * limit; at low load everything runs at once.
 */
final class FullBatchesFirst implements BatchPolicy {
  @Override
  public Choice next(List<Ready> ready, Room room, long nowNanos) {
    boolean memoryIsShort = memoryIsShort(ready, room);
    int best = 0;
    for (int i = 1; i < ready.size(); i++) {
      if (before(ready.get(i), ready.get(best), memoryIsShort, nowNanos)) {
        best = i;
      }
    }
    return new Choice(best, Math.min(ready.get(best).rows(), ready.get(best).maxBatch()));
  }

  private static boolean memoryIsShort(List<Ready> ready, Room room) {
    int deep = 0;
    for (Ready queue : ready) {
      deep += queue.stage() > 1 ? queue.rows() : 0;
    }
    return room.nearlyFull() && 2 * deep > room.rows();
  }

  private static boolean before(Ready a, Ready b, boolean memoryIsShort, long nowNanos) {
    boolean aDue = due(a, memoryIsShort, nowNanos);
    boolean bDue = due(b, memoryIsShort, nowNanos);
    if (aDue != bDue) {
      return aDue;
    }
    if ((aDue || memoryIsShort) && a.stage() != b.stage()) {
      return a.stage() > b.stage();
    }
    return a.oldestNanos() - b.oldestNanos() < 0;
  }

  private static boolean due(Ready ready, boolean memoryIsShort, long nowNanos) {
    return ready.full()
        || nowNanos - ready.dueNanos() >= 0
        || (memoryIsShort && ready.stage() > 1 && 2 * ready.rows() >= ready.maxBatch());
  }
}
