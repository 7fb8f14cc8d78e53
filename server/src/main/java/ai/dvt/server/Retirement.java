package ai.dvt.server;

import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.grpc.CallTurns;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends cascades that left the catalogue, once no call can know them any more. Safe from any thread.
 */
final class Retirement implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

  private final CallTurns turns;
  private final Duration patience;
  private final Set<Thread> waiting = new HashSet<>();

  /**
   * @param patience after which calls of before lose their model
   */
  Retirement(CallTurns turns, Duration patience) {
    this.turns = turns;
    this.patience = patience;
  }

  /**
   * Ends a cascade; its admitted images are answered before its sessions go.
   *
   * @param wait whether to return only when no call knows it any more
   */
  void retire(ServedCascade cascade, boolean wait) {
    if (wait) {
      end(cascade);
      return;
    }
    Thread thread = new Thread(() -> endAndLeave(cascade), "retire " + cascade.name());
    thread.setDaemon(true);
    synchronized (waiting) {
      waiting.add(thread);
    }
    thread.start();
  }

  private void endAndLeave(ServedCascade cascade) {
    end(cascade);
    synchronized (waiting) {
      waiting.remove(Thread.currentThread());
    }
  }

  private void end(ServedCascade cascade) {
    try {
      if (!turns.awaitEarlier(patience)) {
        LOG.warn("{}: unloaded although calls that began before still run", cascade.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cascade.close();
    LOG.info("{}: unloaded", cascade.name());
  }

  /** Ends all of them now. */
  @Override
  public void close() {
    Set<Thread> left;
    synchronized (waiting) {
      left = Set.copyOf(waiting);
    }
    left.forEach(Thread::interrupt);
    for (Thread thread : left) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
