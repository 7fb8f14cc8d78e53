package ai.dvt.server.engine;

import ai.dvt.cascade.ExitReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Where the images of all cascades wait and workers ask for the next batch. Every change of an
 * image's state happens here, under one lock; listeners are called and memory is freed outside it.
 */
final class Scheduler {
  /** So long nothing to do is a rest. */
  private static final long REST_NANOS = 1_500_000_000L;

  /** Images that nobody waits for keep memory: no more than this wait. */
  private static final int MOST_UNSEEN = 64;

  private final ReadyQueues queues;
  private final EngineClock clock;
  private final int workers;
  private final Supplier<BatchPolicy.Room> room;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition empty = lock.newCondition();
  private final Set<Journey> inside = new HashSet<>();

  /** What runs when nothing else is to do, oldest first. */
  private final Set<Journey> unseen = new LinkedHashSet<>();

  /** Runs under way and when they should end. */
  private final Map<Batch, Long> running = new IdentityHashMap<>();

  /** How often memory was asked for. */
  private volatile int memoryAsked;

  private boolean draining;
  private boolean closed;

  /**
   * @param workers that will ask for work
   * @param room asked at every decision
   */
  Scheduler(BatchPolicy policy, EngineClock clock, int workers, Supplier<BatchPolicy.Room> room) {
    this.queues = new ReadyQueues(policy);
    this.clock = clock;
    this.workers = workers;
    this.room = room;
  }

  /** Takes a new image in; false while draining. */
  boolean enter(Journey image) {
    lock.lock();
    try {
      if (draining) {
        return false;
      }
      inside.add(image);
      queue(image, 1);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets an image that ended and was told so. */
  void left(Journey image) {
    lock.lock();
    try {
      inside.remove(image);
      queues.forgetIfEmpty(image.cascade());
      if (inside.isEmpty()) {
        empty.signalAll();
      }
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
        if (queues.isEmpty() && unseen.isEmpty()) {
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

  /** What a worker is to run; null if nothing is ready or the scheduler is closed. */
  Batch takeNow() {
    List<Journey> late = new ArrayList<>();
    Batch batch = null;
    lock.lock();
    try {
      if (!closed) {
        long now = clock.nanos();
        batch = queues.next(room.get(), now, late);
        for (Journey image : late) {
          image.timer.run();
          image.state = Journey.State.ENDED;
        }
        if (batch == null) {
          batch = nextUnseen();
        }
        if (batch != null) {
          begin(batch, now);
        }
      }
    } finally {
      lock.unlock();
    }
    late.forEach(this::tooLateFor);
    return batch;
  }

  private void begin(Batch batch, long now) {
    for (Journey image : batch.images()) {
      image.timer.run();
      image.state = Journey.State.RUNNING;
    }
    long expected = batch.cascade().times().expectedNanos(batch.stage(), batch.images().size());
    running.put(batch, now + expected);
  }

  /** The worker's run is over; where its images go is said next. */
  void ran(Batch batch) {
    lock.lock();
    try {
      running.remove(batch);
    } finally {
      lock.unlock();
    }
  }

  /** When images that join the queue of a stage now should leave the stage. */
  Forecast forecast(ServedCascade cascade, int stage) {
    lock.lock();
    try {
      long now = clock.nanos();
      long[] free = new long[workers];
      int worker = 0;
      for (long end : running.values()) {
        if (worker < workers) {
          free[worker++] = Math.max(0, end - now);
        }
      }
      int batch = cascade.pace().batch(stage);
      return new Forecast(
          cascade,
          stage,
          now,
          Workload.startNanos(free, queues.nanosBefore(cascade, stage)),
          queues.queued(cascade, stage).rows(),
          batch,
          cascade.times().expectedNanos(stage, batch) / workers);
    } finally {
      lock.unlock();
    }
  }

  /** Takes in an image that nobody waits for; the oldest such one makes way. */
  void enterUnseen(Journey image) {
    Journey oldest = null;
    boolean refused;
    lock.lock();
    try {
      refused = draining;
      if (!refused) {
        if (unseen.size() >= MOST_UNSEEN) {
          oldest = unseen.iterator().next();
        }
        inside.add(image);
        queue(image, image.stage + 1);
      } else {
        image.state = Journey.State.ENDED;
      }
    } finally {
      lock.unlock();
    }
    if (refused) {
      drop(image, EngineException.Kind.DRAINING);
    } else if (oldest != null) {
      cancel(oldest, EngineException.Kind.CANCELLED);
    }
  }

  /** Drops the waiting images that nobody waits for: their memory is wanted. */
  void dropUnseen() {
    List<Journey> waiting;
    lock.lock();
    try {
      waiting = List.copyOf(unseen);
    } finally {
      lock.unlock();
    }
    waiting.forEach(image -> cancel(image, EngineException.Kind.CANCELLED));
  }

  /** One alone, so that real work that comes meanwhile waits shortly; null if there is none. */
  private Batch nextUnseen() {
    if (unseen.isEmpty()) {
      return null;
    }
    Journey image = unseen.iterator().next();
    unseen.remove(image);
    return new Batch(image.cascade(), image.stage, List.of(image), clock.nanos());
  }

  /** What waits for a stage. */
  CascadeCounters.Queued queued(ServedCascade cascade, int stage) {
    lock.lock();
    try {
      return queues.queued(cascade, stage);
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
    ended.forEach(image -> drop(image, image.dropped));
  }

  /** The worker's image ends with an answer, or with what dropped it meanwhile. */
  void answer(Journey image, ExitReason reason) {
    EngineException.Kind dropped = end(image);
    if (dropped == null) {
      image.answer(reason);
      left(image);
    } else {
      drop(image, dropped);
    }
  }

  /** The worker's image ends without an answer. */
  void fail(Journey image, EngineException cause) {
    end(image);
    image.fail(cause);
    left(image);
  }

  /** The worker's client-driven image is about to be told of an exit: words count from now on. */
  void telling(Journey image) {
    lock.lock();
    try {
      image.telling = true;
    } finally {
      lock.unlock();
    }
  }

  /** The worker's client-driven image waits for the caller, unless the word was said already. */
  void park(Journey image) {
    boolean[] stopped = {false};
    settle(
        image,
        () -> {
          image.telling = false;
          Journey.Word word = image.word;
          image.word = Journey.Word.NONE;
          switch (word) {
            case PROCEED -> queue(image, image.stage + 1);
            case STOP -> {
              image.state = Journey.State.ENDED;
              stopped[0] = true;
            }
            default -> {
              image.state = Journey.State.PARKED;
              askLater(image);
            }
          }
        });
    if (stopped[0]) {
      image.answer(image.stopped());
      left(image);
    }
  }

  /** The caller's word for a client-driven image at an exit. */
  void say(Journey image, Journey.Word word) {
    boolean stopped = false;
    lock.lock();
    try {
      if (image.telling && image.word == Journey.Word.NONE) {
        image.word = word;
      } else if (image.state == Journey.State.PARKED) {
        image.timer.run();
        if (word == Journey.Word.PROCEED) {
          queue(image, image.stage + 1);
        } else {
          image.state = Journey.State.ENDED;
          stopped = true;
        }
      }
    } finally {
      lock.unlock();
    }
    if (stopped) {
      image.answer(image.stopped());
      left(image);
    }
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
      unqueue(image);
      image.state = Journey.State.ENDED;
    } finally {
      lock.unlock();
    }
    drop(image, why);
  }

  /** Sets the timer of an image that waits for a word at an exit. */
  private void askLater(Journey image) {
    int exit = image.stage;
    ImageSet set = image.task.set().orElse(null);
    image.timer =
        set == null
            ? clock.at(
                clock.nanos() + image.task.idleLimit().toNanos(),
                () -> lapse(image, Journey.State.PARKED, exit))
            : clock.at(clock.nanos() + set.patience().toNanos(), () -> askAgain(image, set, exit));
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
      image.answer(ExitReason.DEADLINE);
      left(image);
    } else {
      set.stillWaiting(image.ticket);
    }
  }

  /** Time is up for an image that still waits where the timer left it. */
  private void lapse(Journey image, Journey.State where, int stage) {
    lock.lock();
    try {
      if (image.state != where || image.stage != stage) {
        return;
      }
      unqueue(image);
      image.state = Journey.State.ENDED;
    } finally {
      lock.unlock();
    }
    if (where == Journey.State.PARKED) {
      image.answer(ExitReason.IDLE);
      left(image);
    } else {
      tooLateFor(image);
    }
  }

  /** The image cannot pass its stage in time: its best exit answers, if it has one. */
  private void tooLateFor(Journey image) {
    if (image.stage > 1) {
      image.answer(ExitReason.DEADLINE);
    } else {
      image.fail(tooLate(image));
    }
    left(image);
  }

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

  /** Refuses new images; true once none is inside. */
  boolean drain(Duration limit) {
    long left = limit.toNanos();
    boolean interrupted = false;
    refuseNew();
    dropUnseen();
    lock.lock();
    try {
      while (!inside.isEmpty() && left > 0) {
        try {
          left = empty.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
      return inside.isEmpty();
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void refuseNew() {
    lock.lock();
    try {
      draining = true;
    } finally {
      lock.unlock();
    }
  }

  /** Drops all images and sends the workers home. */
  void close() {
    List<Journey> left;
    lock.lock();
    try {
      draining = true;
      closed = true;
      left = List.copyOf(inside);
      work.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(image -> cancel(image, EngineException.Kind.DRAINING));
  }

  /** Does the next thing with a worker's image, unless it was dropped. */
  private void settle(Journey image, Runnable next) {
    EngineException.Kind dropped;
    lock.lock();
    try {
      dropped = image.dropped;
      if (dropped == null) {
        next.run();
        return;
      }
      image.state = Journey.State.ENDED;
    } finally {
      lock.unlock();
    }
    drop(image, dropped);
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

  private void drop(Journey image, EngineException.Kind why) {
    String said =
        why == EngineException.Kind.CANCELLED ? "the caller cancelled" : "the server shuts down";
    image.fail(new EngineException(why, image.cascade().name() + ": " + said));
    left(image);
  }

  private void queue(Journey image, int stage) {
    image.state = Journey.State.QUEUED;
    image.stage = stage;
    image.readyNanos = clock.nanos();
    if (image.unseen) {
      unseen.add(image);
    } else {
      queues.add(image);
    }
    OptionalLong last = Deadlines.lastStart(image, stage);
    image.timer =
        last.isPresent()
            ? clock.at(last.getAsLong(), () -> lapse(image, Journey.State.QUEUED, stage))
            : () -> {};
    work.signal();
  }

  private void unqueue(Journey image) {
    image.timer.run();
    if (image.state == Journey.State.QUEUED && !unseen.remove(image)) {
      queues.remove(image);
    }
  }
}
