package ai.dvt.client.load.rounds;

import ai.dvt.client.load.figures.Round;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Images at given times, whether or not earlier ones are answered. Latency runs from the scheduled
 * arrival, so that a server that holds up the sender gains nothing by it. The throughput counts
 * answers until the last scheduled moment, all other figures count every image, however late.
 */
final class OpenLoop {
  /** More on the way than any server should let wait; an image beyond is an error. */
  private static final int MOST_ON_THE_WAY = 10_000;

  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private OpenLoop() {}

  /**
   * @param exits of the model
   */
  static Round run(
      List<? extends Caller> callers,
      ImageMessages messages,
      int exits,
      RoundPlan plan,
      Load.Open load)
      throws InterruptedException {
    long start = System.nanoTime();
    long end = start + plan.length().toNanos();
    Tally tally = new Tally(exits, callers.size(), plan, start, end);
    Semaphore room = new Semaphore(MOST_ON_THE_WAY);
    for (int i = 0; i < load.arrivalNanos().length; i++) {
      long scheduled = start + load.arrivalNanos()[i];
      awaitTime(scheduled);
      long image = plan.firstImage() + i;
      int client = i % callers.size();
      if (room.tryAcquire()) {
        callers
            .get(client)
            .send(
                image,
                reply -> {
                  tally.done(client, scheduled, System.nanoTime(), reply, messages.truth(image));
                  room.release();
                });
      } else {
        tally.done(client, scheduled, System.nanoTime(), Reply.NOT_SENT, messages.truth(image));
      }
    }
    awaitTime(end);
    room.tryAcquire(MOST_ON_THE_WAY, DRAIN_NANOS, TimeUnit.NANOSECONDS);
    return tally.round((end - start) / 1e9);
  }

  private static void awaitTime(long nanos) throws InterruptedException {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }
}
