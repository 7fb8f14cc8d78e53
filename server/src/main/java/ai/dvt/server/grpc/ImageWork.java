package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.server.engine.EngineException;
import ai.dvt.server.engine.ImageListener;
import ai.dvt.server.engine.ImageTask;
import ai.dvt.server.engine.ImageTicket;
import ai.dvt.server.engine.InputRow;
import ai.dvt.server.engine.LoadControl;
import ai.dvt.server.engine.Priority;
import ai.dvt.server.engine.Reservation;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.engine.Waiting;
import ai.dvt.server.engine.budget.SetBudget;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * One image on its way: room, decoding, engine. Owns the room until the engine takes it. Safe from
 * any thread.
 */
final class ImageWork {
  private final ImageIntake intake;
  private final ImageEvents events;

  private ImageTurn turn;
  private Waiting place;
  private ImageTicket ticket;
  private Consumer<ImageTicket> pendingStep = t -> {};
  private LoadControl.Stay stay = () -> {};
  private ServedCascade held;
  private boolean cancelled;
  private boolean ended;

  ImageWork(ImageIntake intake, ImageTurn turn, ImageEvents events) {
    this.intake = intake;
    this.turn = turn;
    this.events = WatchedEvents.around(turn.order(), events);
  }

  /**
   * Starts now, or soon if the client has less than its share of the room.
   *
   * @param entered as for {@link #enterWhenRoom}
   * @return false if there is no room; then nothing was started
   */
  boolean enterOrRefuse(Runnable entered) {
    if (!arrives(false)) {
      return false;
    }
    hold();
    Optional<Waiting> mine =
        intake
            .admission()
            .reserveOrRefuse(
                turn.order().model().cascade(),
                turn.rowBytes(),
                turn.order().caller(),
                room -> enter(room, entered));
    mine.ifPresentOrElse(this::waitAt, this::release);
    return mine.isPresent();
  }

  /**
   * Starts when there is room.
   *
   * @param entered called once when there is, possibly before this returns; not after {@link
   *     #cancel}
   */
  void enterWhenRoom(Runnable entered) {
    arrives(true);
    hold();
    waitAt(
        intake
            .admission()
            .reserveWhenRoom(
                turn.order().model().cascade(),
                turn.rowBytes(),
                turn.order().caller(),
                room -> enter(room, entered)));
  }

  private void enter(Reservation room, Runnable entered) {
    decodeLater(room);
    entered.run();
  }

  private void waitAt(Waiting mine) {
    boolean gone;
    synchronized (this) {
      place = mine;
      gone = cancelled;
    }
    if (gone) {
      mine.close();
    }
  }

  /** Runs the next stage of an image that waits at an exit. */
  void proceed() {
    step(ImageTicket::proceed);
  }

  /** Answers an image that waits at an exit with its last outcome. */
  void stop() {
    step(ImageTicket::stop);
  }

  /** Nobody wants the answer any more. */
  void cancel() {
    Waiting toLeave;
    ImageTicket toCancel;
    synchronized (this) {
      if (cancelled || ended) {
        return;
      }
      cancelled = true;
      toLeave = place;
      toCancel = ticket;
    }
    if (toCancel != null) {
      toCancel.cancel();
      return;
    }
    if (toLeave != null) {
      toLeave.close();
    }
    fail(gone());
  }

  /** Tells the load of the image; false if it had better not come in. */
  private boolean arrives(boolean patient) {
    if (patient && turn.order().caller().priority() == Priority.BATCH) {
      return true; // it takes what is left; its amount is no reason to answer anybody earlier
    }
    Optional<LoadControl.Stay> mine = turn.order().model().cascade().load().arrives(patient);
    if (mine.isEmpty()) {
      return false;
    }
    boolean gone;
    synchronized (this) {
      gone = ended;
      stay = mine.get();
    }
    if (gone) {
      mine.get().ends();
    }
    return true;
  }

  /** From here to the image's end its model stays loaded, also if a newer version takes over. */
  private synchronized void hold() {
    if (!ended) {
      ServedCascade cascade = turn.order().model().cascade();
      held = cascade.enter() ? cascade : null;
    }
  }

  private void release() {
    ServedCascade free;
    synchronized (this) {
      free = held;
      held = null;
    }
    if (free != null) {
      free.leave();
    }
  }

  private void step(Consumer<ImageTicket> step) {
    ImageTicket now;
    synchronized (this) {
      now = ticket;
      if (now == null) { // the image reached its exit before submit returned
        pendingStep = step;
      }
    }
    if (now != null) {
      step.accept(now);
    }
  }

  private void decodeLater(Reservation room) {
    try {
      intake.decoders().execute(() -> decode(room));
    } catch (RejectedExecutionException e) {
      room.close();
      fail(RequestException.unavailable("the server shuts down"));
    }
  }

  private void decode(Reservation room) {
    ImageTurn mine;
    synchronized (this) {
      mine = turn;
    }
    if (mine == null) {
      room.close();
      return;
    }
    InputRow row;
    try {
      intake.engine().checkInTime(mine.order().model().cascade(), mine.deadlineNanos());
      long start = System.nanoTime();
      row = mine.source().row();
      mine.order().model().cascade().prepared(System.nanoTime() - start);
    } catch (RequestException | EngineException | RuntimeException e) {
      room.close();
      fail(e);
      return;
    }
    mine.charge().close();
    submit(room, mine, row);
  }

  private void submit(Reservation room, ImageTurn mine, InputRow row) {
    synchronized (this) {
      turn = null;
    }
    ImageTicket submitted =
        intake
            .engine()
            .submit(
                room,
                new ImageTask(
                    mine.order().model().cascade(),
                    row,
                    mine.order().policy(),
                    mine.idleLimit().isPresent(),
                    mine.deadlineNanos(),
                    mine.idleLimit().orElse(Duration.ZERO),
                    new Listener(),
                    mine.order().budget().map(set -> set),
                    mine.startByNanos()));
    Consumer<ImageTicket> step;
    boolean gone;
    synchronized (this) {
      ticket = submitted;
      step = pendingStep;
      gone = cancelled;
    }
    step.accept(submitted);
    if (gone) {
      submitted.cancel();
    }
  }

  private static EngineException gone() {
    return new EngineException(EngineException.Kind.CANCELLED, "the caller went away");
  }

  private void fail(Throwable cause) {
    if (end()) {
      events.failed(cause);
    }
  }

  private boolean end() {
    ImageTurn unused;
    LoadControl.Stay over;
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
      over = stay;
      unused = turn;
      turn = null;
    }
    over.ends();
    if (unused != null) {
      unused.charge().close();
      unused.order().budget().ifPresent(SetBudget::absent);
    }
    release();
    return true;
  }

  private final class Listener implements ImageListener {
    @Override
    public void reached(List<ExitPassed> passed, float[] logits) {
      events.reached(passed, logits);
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      if (end()) {
        events.answered(passed, logits, reason);
      }
    }

    @Override
    public void failed(EngineException cause) {
      fail(
          cause.kind() == EngineException.Kind.UNFIT_INPUT
                  && cause.getCause() instanceof RequestException refusal
              ? refusal
              : cause);
    }
  }
}
