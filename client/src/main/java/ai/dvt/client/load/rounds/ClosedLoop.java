package ai.dvt.client.load.rounds;

import ai.dvt.client.load.figures.Round;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A fixed number of images on the way. The next one is sent when one is answered; latency runs from
 * there. Answers count between the ramp and the end of sending, while everything is busy.
 */
final class ClosedLoop {
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 10;

  private final List<? extends Caller> callers;
  private final ImageMessages messages;
  private final AtomicLong next;
  private final Tally tally;
  private final long endNanos;

  private ClosedLoop(
      List<? extends Caller> callers, ImageMessages messages, Tally tally, long first, long end) {
    this.callers = callers;
    this.messages = messages;
    this.tally = tally;
    this.next = new AtomicLong(first);
    this.endNanos = end;
  }

  /**
   * @param exits of the model
   */
  static Round run(
      List<? extends Caller> callers,
      ImageMessages messages,
      int exits,
      RoundPlan plan,
      Load.Closed load)
      throws InterruptedException {
    if (load.concurrency() < callers.size()) {
      throw new IllegalArgumentException(
          "concurrency: "
              + load.concurrency()
              + " (expected: at least one image a client, "
              + callers.size()
              + ")");
    }
    long start = System.nanoTime();
    long from = start + plan.ramp().toNanos();
    long end = start + plan.length().toNanos();
    Tally tally = new Tally(exits, callers.size(), plan, from, end);
    new ClosedLoop(callers, messages, tally, plan.firstImage(), end).run(load.concurrency());
    return tally.round((end - from) / 1e9);
  }

  private void run(int concurrency) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int client = 0; client < callers.size(); client++) {
      int own = client;
      int share = (concurrency + client) / callers.size();
      Thread thread = new Thread(() -> client(own, share), "client-" + client);
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      throw e;
    }
  }

  private void client(int client, int share) {
    Semaphore free = new Semaphore(share);
    AtomicBoolean failed = new AtomicBoolean();
    try {
      while (free.tryAcquire(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        if (System.nanoTime() - endNanos >= 0) {
          free.release();
          break;
        }
        if (failed.getAndSet(false)) {
          Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        }
        long image = next.getAndIncrement();
        long sent = System.nanoTime();
        callers
            .get(client)
            .send(
                image,
                reply -> {
                  tally.done(client, sent, System.nanoTime(), reply, messages.truth(image));
                  if (!reply.answered()) {
                    failed.set(true);
                  }
                  free.release();
                });
      }
      free.tryAcquire(share, DRAIN_NANOS, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
