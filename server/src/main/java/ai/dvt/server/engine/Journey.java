package ai.dvt.server.engine;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.server.runtime.HandoverRow;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One image's way through its cascade. It owns the room, the hand-over row and the picture until it
 * ends. {@code state} and what stands beside it belong to the scheduler's lock; the rest to whoever
 * runs or ends the image, one at a time.
 */
final class Journey {
  /** Where the image is. */
  enum State {
    /** Ready for {@link #stage}. */
    QUEUED,
    /** A worker has it. */
    RUNNING,
    /** Client-driven: waits at an exit for the caller's word. */
    PARKED,
    /** Answered or failed. */
    ENDED
  }

  /** What the caller said before the worker was done telling of an exit. */
  enum Word {
    NONE,
    PROCEED,
    STOP
  }

  private static final Logger LOG = LoggerFactory.getLogger(Journey.class);

  final ImageTask task;
  final long deadlineNanos;
  final boolean hasDeadline;
  private final Caller caller;
  private Reservation room;

  /** Whether nobody waits for it: it runs when nothing else is to do. */
  final boolean unseen;

  /** The caller's hold on the image; set before the scheduler has it. */
  ImageTicket ticket;

  // Under the scheduler's lock.
  State state = State.RUNNING;
  int stage = 1;
  long readyNanos;
  long queuedBytes;
  boolean telling;
  Word word = Word.NONE;
  EngineException.Kind dropped;
  Runnable timer = () -> {};

  // Of whoever runs or ends the image.
  private InputRow image;
  private HandoverRow row;
  private final List<ExitPassed> passed = new ArrayList<>();
  private float[] logits;

  /**
   * @param room owned from now on
   */
  Journey(ImageTask task, Reservation room, long nowNanos) {
    this.task = task;
    this.room = room;
    this.caller = room.caller();
    this.image = task.image();
    long deadline = task.deadlineNanos().orElse(0);
    boolean bounded = task.deadlineNanos().isPresent();
    if (task.policy().latencyBudget().isPresent()) {
      long budget = nowNanos + task.policy().latencyBudget().get().toNanos();
      deadline = bounded && deadline - budget < 0 ? deadline : budget;
      bounded = true;
    }
    this.deadlineNanos = deadline;
    this.hasDeadline = bounded;
    this.unseen = false;
  }

  /** The image going on unseen from the exit that answered it, with its room and row. */
  private Journey(ImageTask task, Journey answered) {
    this.task = task;
    this.image = answered.image;
    this.room = answered.room;
    this.caller = answered.caller;
    answered.room = null;
    this.row = answered.row;
    answered.row = null;
    answered.image = null;
    this.stage = answered.stage;
    this.passed.addAll(answered.passed);
    this.logits = answered.logits;
    this.deadlineNanos = 0;
    this.hasDeadline = false;
    this.unseen = true;
  }

  /**
   * An image that goes on to the last exit while this one is answered at its exit. It takes
   * picture, room and row over; it needs what the run keeps.
   */
  Journey unseenTwin(ImageTask lastExit) {
    return new Journey(lastExit, this);
  }

  ServedCascade cascade() {
    return task.cascade();
  }

  /** For whom it is answered. */
  Caller caller() {
    return caller;
  }

  InputRow image() {
    return image;
  }

  /** Bytes that the image keeps alive now: its picture and what was handed over to it. */
  long bytes() {
    return image.queuedBytes() + (row == null ? 0 : row.bytes());
  }

  /** What the image takes along; null before stage 1 ended. */
  HandoverRow row() {
    return row;
  }

  /** Gives the journey what a run kept for it. */
  void carry(HandoverRow kept) {
    row = kept;
  }

  /** Records an exit. */
  void pass(ExitPassed exit, float[] exitLogits) {
    passed.add(exit);
    logits = exitLogits;
  }

  /** Tells what the stage that just ran cost, where pictures decide. */
  void spent(double gflops) {
    tell(() -> task.listener().spent(passed.size(), gflops));
  }

  List<ExitPassed> passed() {
    return List.copyOf(passed);
  }

  /** Frees the hand-over row; the image ends at this exit. */
  void dropRow() {
    if (row != null) {
      row.close();
      row = null;
    }
  }

  /** Whether its caller or its set says at every exit if it goes on. */
  boolean asksToGoOn() {
    return task.clientDriven() || task.set().isPresent();
  }

  void tellReached() {
    if (task.set().isPresent()) {
      tell(() -> task.set().get().reached(ticket, passed.get(passed.size() - 1).outcome()));
    } else {
      tell(() -> task.listener().reached(passed(), logits.clone()));
    }
  }

  /** Why it is answered where it waited for a word. */
  ExitReason stopped() {
    return task.set().isPresent() ? ExitReason.BUDGET : ExitReason.CLIENT;
  }

  /** Ends the journey with the last outcome; the state is ENDED already. */
  void answer(ExitReason reason) {
    free();
    if (!unseen) {
      cascade().counters().answered(passed.size(), reason);
    }
    tell(() -> task.listener().answered(passed(), logits, reason));
    task.set().ifPresent(set -> tell(() -> set.ended(ticket)));
    task.cascade().leave();
  }

  /** Ends the journey without an answer; the state is ENDED already. */
  void fail(EngineException cause) {
    free();
    if (!unseen) {
      cascade().counters().failed(cause.kind());
    }
    tell(() -> task.listener().failed(cause));
    task.set().ifPresent(set -> tell(() -> set.ended(ticket)));
    task.cascade().leave();
  }

  private void free() {
    dropRow();
    if (image != null) {
      image.done();
      image = null;
    }
    if (room != null) {
      room.close();
    }
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{}: a listener failed", task.cascade().name(), e);
    }
  }
}
