package ai.dvt.server.engine;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The images that came in and have not ended. */
final class Inside {
  private final ReentrantLock lock;
  private final Condition empty;
  private final Set<Journey> images = new HashSet<>();
  private boolean draining;

  /**
   * @param lock the scheduler's
   */
  Inside(ReentrantLock lock) {
    this.lock = lock;
    this.empty = lock.newCondition();
  }

  /** Takes an image in; false while draining. Under the lock. */
  boolean add(Journey image) {
    return !draining && images.add(image);
  }

  /** Forgets an image. Under the lock. */
  void remove(Journey image) {
    images.remove(image);
    if (images.isEmpty()) {
      empty.signalAll();
    }
  }

  /** All of them, now. Under the lock. */
  List<Journey> all() {
    return List.copyOf(images);
  }

  /** Takes no image in any more. */
  void refuseNew() {
    lock.lock();
    try {
      draining = true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until none is inside; false if the time or the thread's patience ended before. */
  boolean awaitNone(Duration limit) {
    long left = limit.toNanos();
    boolean interrupted = false;
    lock.lock();
    try {
      while (!images.isEmpty() && left > 0) {
        try {
          left = empty.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
      return images.isEmpty();
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
