package ai.dvt.server.engine;

import ai.dvt.cascade.ExitReason;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ObjIntConsumer;

/**
 * Images that wait at an exit for their caller's or their set's word. Takes the scheduler's lock
 * for their state; listeners are called outside it.
 */
final class Parking {
  private final ReentrantLock lock;
  private final EngineClock clock;
  private final ObjIntConsumer<Journey> queue;
  private final Endings endings;

  /**
   * @param queue lets an image wait for a stage; under the lock
   */
  Parking(ReentrantLock lock, EngineClock clock, ObjIntConsumer<Journey> queue, Endings endings) {
    this.lock = lock;
    this.clock = clock;
    this.queue = queue;
    this.endings = endings;
  }

  /** The worker's image is about to be told of an exit: words count from now on. */
  void telling(Journey image) {
    lock.lock();
    try {
      image.telling = true;
    } finally {
      lock.unlock();
    }
  }

  /** The worker's image waits for a word, unless it was said or the image was dropped already. */
  void park(Journey image) {
    EngineException.Kind dropped;
    lock.lock();
    try {
      dropped = image.dropped;
      image.telling = false;
      Journey.Word word = image.word;
      image.word = Journey.Word.NONE;
      if (dropped != null || word == Journey.Word.STOP) {
        image.state = Journey.State.ENDED;
      } else if (word == Journey.Word.PROCEED) {
        queue.accept(image, image.stage + 1);
        return;
      } else {
        image.state = Journey.State.PARKED;
        askLater(image);
        return;
      }
    } finally {
      lock.unlock();
    }
    if (dropped != null) {
      endings.dropped(image, dropped);
    } else {
      endings.answered(image, image.stopped());
    }
  }

  /** The word for an image at an exit. */
  void say(Journey image, Journey.Word word) {
    lock.lock();
    try {
      if (image.telling && image.word == Journey.Word.NONE) {
        image.word = word;
        return;
      }
      if (image.state != Journey.State.PARKED) {
        return;
      }
      image.timer.run();
      if (word == Journey.Word.PROCEED) {
        queue.accept(image, image.stage + 1);
        return;
      }
      image.state = Journey.State.ENDED;
    } finally {
      lock.unlock();
    }
    endings.answered(image, image.stopped());
  }

  /** Sets the timer of an image that waits for a word. Under the lock. */
  private void askLater(Journey image) {
    int exit = image.stage;
    ImageSet set = image.task.set().orElse(null);
    image.timer =
        set == null
            ? clock.at(
                clock.nanos() + image.task.idleLimit().toNanos(), () -> idleTooLong(image, exit))
            : clock.at(clock.nanos() + set.patience().toNanos(), () -> askAgain(image, set, exit));
  }

  private void idleTooLong(Journey image, int exit) {
    lock.lock();
    try {
      if (image.state != Journey.State.PARKED || image.stage != exit) {
        return;
      }
      image.state = Journey.State.ENDED;
    } finally {
      lock.unlock();
    }
    endings.answered(image, ExitReason.IDLE);
  }

  /** The set is asked again about an image that still waits for its word. */
  private void askAgain(Journey image, ImageSet set, int exit) {
    boolean late;
    lock.lock();
    try {
      if (image.state != Journey.State.PARKED || image.stage != exit) {
        return;
      }
      late = Deadlines.tooLateFor(image, exit + 1, clock.nanos());
      if (late) {
        image.state = Journey.State.ENDED;
      } else {
        askLater(image);
      }
    } finally {
      lock.unlock();
    }
    if (late) {
      endings.answered(image, ExitReason.DEADLINE);
    } else {
      set.stillWaiting(image.ticket);
    }
  }
}
