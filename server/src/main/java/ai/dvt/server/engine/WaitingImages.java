package ai.dvt.server.engine;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The images that wait for a stage: those that somebody wants, by stage, and those that run when
 * nothing else is to do. Under the scheduler's lock.
 */
final class WaitingImages {
  /** Images that nobody waits for keep memory: no more than this wait. */
  private static final int MOST_UNSEEN = 64;

  /** Hears on a timer's thread, without the lock, that an image waited too long for a stage. */
  interface Lapse {
    void lapsed(Journey image, int stage);
  }

  private final ReadyQueues queues;
  private final EngineClock clock;
  private final Lapse lapse;
  private final Set<Journey> unseen = new LinkedHashSet<>();

  WaitingImages(BatchPolicy policy, EngineClock clock, Lapse lapse) {
    this.queues = new ReadyQueues(policy);
    this.clock = clock;
    this.lapse = lapse;
  }

  /** Lets an image wait for a stage, as long as its deadline allows. */
  void add(Journey image, int stage) {
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
        last.isPresent() ? clock.at(last.getAsLong(), () -> lapse.lapsed(image, stage)) : () -> {};
  }

  /** Ends an image's waiting, wherever it waits. */
  void remove(Journey image) {
    image.timer.run();
    if (image.state == Journey.State.QUEUED && !unseen.remove(image)) {
      queues.remove(image);
    }
  }

  boolean isEmpty() {
    return queues.isEmpty() && unseen.isEmpty();
  }

  /**
   * Takes out what is to run next; null if nothing waits.
   *
   * @param late gets images met on the way that are too late for their stage; they have ended
   */
  Batch next(BatchPolicy.Room room, long nowNanos, List<Journey> late) {
    Batch batch = queues.next(room, nowNanos, late);
    for (Journey image : late) {
      image.timer.run();
      image.state = Journey.State.ENDED;
    }
    if (batch == null) {
      batch = nextUnseen();
    }
    if (batch != null) {
      for (Journey image : batch.images()) {
        image.timer.run();
        image.state = Journey.State.RUNNING;
      }
    }
    return batch;
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

  /** The unseen image that makes way for another one; null as long as there is room. */
  Journey surplusUnseen() {
    return unseen.size() < MOST_UNSEEN ? null : unseen.iterator().next();
  }

  /** All images that wait without anybody waiting for them. */
  List<Journey> unseen() {
    return List.copyOf(unseen);
  }

  /** What waits for a stage. */
  CascadeCounters.Queued queued(ServedCascade cascade, int stage) {
    return queues.queued(cascade, stage);
  }

  /** As {@link ReadyQueues#nanosBefore}. */
  long nanosBefore(ServedCascade cascade, int stage) {
    return queues.nanosBefore(cascade, stage);
  }

  /** Forgets a cascade of which nothing waits. */
  void forgetIfEmpty(ServedCascade cascade) {
    queues.forgetIfEmpty(cascade);
  }
}
