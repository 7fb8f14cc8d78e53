package ai.dvt.server.engine;

import ai.dvt.cascade.ExitReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Where workers ask for the next batch and images of all cascades come in, go on and end. Every
 * change of an image's state happens under one lock, that of this scheduler; listeners are called
 * and memory is freed outside it.
 */
final class Scheduler {
  /** So long nothing to do is a rest. */
  private static final long REST_NANOS = 1_500_000_000L;

  private final EngineClock clock;
  private final Supplier<BatchPolicy.Room> room;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Inside inside = new Inside(lock);
  private final WaitingImages waiting;
  private final RunsUnderWay running = new RunsUnderWay();
  private final Endings endings;
  private final Parking parking;

  /** How often memory was asked for. */
  private volatile int memoryAsked;

  private boolean closed;

  /**
   * @param room asked at every decision
   */
  Scheduler(BatchPolicy policy, EngineClock clock, Supplier<BatchPolicy.Room> room) {
    this.clock = clock;
    this.room = room;
    this.waiting = new WaitingImages(policy, clock, this::lapsed);
    this.endings = new Endings(lock, inside, waiting, clock);
    this.parking = new Parking(lock, clock, this::queue, endings);
  }

  /** So many runs there can be side by side; one until this is said. */
  void staffed(int runs) {
    lock.lock();
    try {
      running.staffed(runs);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a new image in; false while draining. */
  boolean enter(Journey image) {
    lock.lock();
    try {
      if (!inside.add(image)) {
        return false;
      }
      queue(image, 1);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for work; null once the scheduler is closed.
   *
   * @param rested called once if there was nothing to do for {@link #REST_NANOS}
   */
  Batch take(Runnable rested) throws InterruptedException {
    boolean told = false;
    while (true) {
      Batch batch = takeNow();
      if (batch != null) {
        return batch;
      }
      boolean tell = false;
      lock.lockInterruptibly();
      try {
        if (closed) {
          return null;
        }
        if (waiting.isEmpty()) {
          if (told) {
            work.await();
          } else {
            tell = work.awaitNanos(REST_NANOS) <= 0;
          }
        }
      } finally {
        lock.unlock();
      }
      if (tell) {
        told = true;
        rested.run();
      }
    }
  }

  /** What a worker is to run; null if nothing is ready or the scheduler is closed. */
  Batch takeNow() {
    List<Journey> late = new ArrayList<>();
    Batch batch = null;
    lock.lock();
    try {
      if (!closed) {
        long now = clock.nanos();
        batch = waiting.next(room.get(), now, late);
        if (batch != null) {
          running.began(batch, now);
        }
      }
    } finally {
      lock.unlock();
    }
    late.forEach(endings::tooLateFor);
    return batch;
  }

  /** The worker's run is over; where its images go is said next. */
  void ran(Batch batch) {
    lock.lock();
    try {
      running.ended(batch);
    } finally {
      lock.unlock();
    }
  }

  /** The worker's images go on to their next stage together; dropped ones end. */
  void goOn(List<Journey> images) {
    List<Journey> ended = new ArrayList<>();
    lock.lock();
    try {
      for (Journey image : images) {
        if (image.dropped == null) {
          queue(image, image.stage + 1);
        } else {
          image.state = Journey.State.ENDED;
          ended.add(image);
        }
      }
    } finally {
      lock.unlock();
    }
    ended.forEach(image -> endings.dropped(image, image.dropped));
  }

  /** As {@link Endings#answer}. */
  void answer(Journey image, ExitReason reason) {
    endings.answer(image, reason);
  }

  /** As {@link Endings#fail}. */
  void fail(Journey image, EngineException cause) {
    endings.fail(image, cause);
  }

  /** As {@link Endings#tooLate(Journey)}. */
  EngineException tooLate(Journey image) {
    return endings.tooLate(image);
  }

  /** Where images wait at their exits. */
  Parking parking() {
    return parking;
  }

  /** Nobody wants the image any more. */
  void cancel(Journey image, EngineException.Kind why) {
    lock.lock();
    try {
      if (image.state == Journey.State.RUNNING) {
        image.dropped = image.dropped == null ? why : image.dropped;
        return;
      }
      if (image.state == Journey.State.ENDED) {
        return;
      }
      waiting.remove(image);
      image.state = Journey.State.ENDED;
    } finally {
      lock.unlock();
    }
    endings.dropped(image, why);
  }

  /** Time is up for an image that still waits for the stage. */
  private void lapsed(Journey image, int stage) {
    lock.lock();
    try {
      if (image.state != Journey.State.QUEUED || image.stage != stage) {
        return;
      }
      waiting.remove(image);
      image.state = Journey.State.ENDED;
    } finally {
      lock.unlock();
    }
    endings.tooLateFor(image);
  }

  /** Takes in an image that nobody waits for; the oldest such one makes way. */
  void enterUnseen(Journey image) {
    Journey oldest = null;
    boolean entered;
    lock.lock();
    try {
      entered = inside.add(image);
      if (entered) {
        oldest = waiting.surplusUnseen();
        queue(image, image.stage + 1);
      } else {
        image.state = Journey.State.ENDED;
      }
    } finally {
      lock.unlock();
    }
    if (!entered) {
      endings.dropped(image, EngineException.Kind.DRAINING);
    } else if (oldest != null) {
      cancel(oldest, EngineException.Kind.CANCELLED);
    }
  }

  /** Drops the waiting images that nobody waits for: their memory is wanted. */
  void dropUnseen() {
    List<Journey> unwanted;
    lock.lock();
    try {
      unwanted = waiting.unseen();
    } finally {
      lock.unlock();
    }
    unwanted.forEach(image -> cancel(image, EngineException.Kind.CANCELLED));
  }

  /** When images that join the queue of a stage now should leave the stage. */
  Forecast forecast(ServedCascade cascade, int stage) {
    lock.lock();
    try {
      return running.forecast(cascade, stage, waiting, clock.nanos());
    } finally {
      lock.unlock();
    }
  }

  /** What waits for a stage. */
  CascadeCounters.Queued queued(ServedCascade cascade, int stage) {
    lock.lock();
    try {
      return waiting.queued(cascade, stage);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has every worker give back what it keeps before its next batch; those with nothing to do give
   * it back anyway.
   */
  void askForMemory() {
    lock.lock();
    try {
      memoryAsked++;
    } finally {
      lock.unlock();
    }
  }

  /** Grows with every call of {@link #askForMemory}. */
  int memoryAsked() {
    return memoryAsked;
  }

  /** Refuses new images; true once none is inside. */
  boolean drain(Duration limit) {
    inside.refuseNew();
    dropUnseen();
    return inside.awaitNone(limit);
  }

  /** Drops all images and sends the workers home. */
  void close() {
    inside.refuseNew();
    List<Journey> left;
    lock.lock();
    try {
      closed = true;
      left = inside.all();
      work.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(image -> cancel(image, EngineException.Kind.DRAINING));
  }

  private void queue(Journey image, int stage) {
    waiting.add(image, stage);
    work.signal();
  }
}
