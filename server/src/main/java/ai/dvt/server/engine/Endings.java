package ai.dvt.server.engine;

import ai.dvt.cascade.ExitReason;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How images end. Takes the scheduler's lock for their state; listeners are called and memory is
 * freed outside it.
 */
final class Endings {
  private final ReentrantLock lock;
  private final Inside inside;
  private final WaitingImages waiting;
  private final EngineClock clock;

  Endings(ReentrantLock lock, Inside inside, WaitingImages waiting, EngineClock clock) {
    this.lock = lock;
    this.inside = inside;
    this.waiting = waiting;
    this.clock = clock;
  }

  /** The worker's image ends with an answer, or with what dropped it meanwhile. */
  void answer(Journey image, ExitReason reason) {
    EngineException.Kind dropped = end(image);
    if (dropped == null) {
      answered(image, reason);
    } else {
      dropped(image, dropped);
    }
  }

  /** The worker's image ends without an answer. */
  void fail(Journey image, EngineException cause) {
    end(image);
    failed(image, cause);
  }

  private EngineException.Kind end(Journey image) {
    lock.lock();
    try {
      image.state = Journey.State.ENDED;
      return image.dropped;
    } finally {
      lock.unlock();
    }
  }

  /** An image that is ENDED already is told its answer. */
  void answered(Journey image, ExitReason reason) {
    image.answer(reason);
    left(image);
  }

  /** An image that is ENDED already is told why nobody wants it any more. */
  void dropped(Journey image, EngineException.Kind why) {
    String said =
        why == EngineException.Kind.CANCELLED ? "the caller cancelled" : "the server shuts down";
    failed(image, new EngineException(why, image.cascade().name() + ": " + said));
  }

  /** An image that is ENDED already cannot pass its stage in time: its best exit answers. */
  void tooLateFor(Journey image) {
    if (image.stage > 1) {
      answered(image, ExitReason.DEADLINE);
    } else {
      failed(image, tooLate(image));
    }
  }

  private void failed(Journey image, EngineException cause) {
    image.fail(cause);
    left(image);
  }

  private void left(Journey image) {
    lock.lock();
    try {
      inside.remove(image);
      waiting.forgetIfEmpty(image.cascade());
    } finally {
      lock.unlock();
    }
  }

  /** Why an image has no answer at all in time. */
  EngineException tooLate(Journey image) {
    return Deadlines.waitedTooLong(image, clock.nanos())
        ? new EngineException(
            EngineException.Kind.TOO_LATE,
            image.cascade().name() + ": stage 1 did not start within the timeout")
        : tooLate(image.cascade());
  }

  static EngineException tooLate(ServedCascade cascade) {
    return new EngineException(
        EngineException.Kind.TOO_LATE,
        cascade.name() + ": stage 1 would not end within the deadline");
  }
}
