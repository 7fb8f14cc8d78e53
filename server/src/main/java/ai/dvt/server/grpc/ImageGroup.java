package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The images of one request: let in one after the other, each when the one before found its room.
 * Safe from any thread.
 */
public final class ImageGroup {
  /** Tells of the images, from any thread; nothing is told after {@link #cancel}. */
  public interface Events {
    /**
     * An image is about to be let in; what cannot be answered fails alone.
     *
     * @param index from 0, rising
     */
    ImageTurn turn(int index) throws RequestException;

    /**
     * @param logits float32 [classes] of the answering exit, the last one passed
     */
    void answered(int index, List<ExitPassed> passed, float[] logits, ExitReason reason);

    /**
     * @param cause as {@link Statuses} understands it
     */
    void failed(int index, Throwable cause);

    /**
     * There was no room for the first image.
     *
     * @param why says when to try again
     */
    void full(RequestException why);

    /** Every image found its room or failed. */
    default void allEntered() {}
  }

  private final ImageIntake intake;
  private final int count;
  private final Events events;
  private final AtomicInteger admitting = new AtomicInteger();
  private final Queue<ImageWork> works = new ConcurrentLinkedQueue<>();
  private volatile boolean over;
  private volatile boolean oneWaits;

  // Of whoever admits.
  private boolean mayWait;
  private int next;
  private boolean told;

  public ImageGroup(ImageIntake intake, int count, Events events) {
    this.intake = intake;
    this.count = count;
    this.events = events;
  }

  /**
   * Begins if the first image has room now, or its client less than its share of it; the others
   * wait for theirs.
   */
  public void startNow() {
    admitNext();
  }

  /** Begins; all images wait for room. */
  public void startWhenRoom() {
    mayWait = true;
    admitNext();
  }

  /** Nobody wants the answers any more. */
  public void cancel() {
    over = true;
    works.forEach(ImageWork::cancel);
  }

  /** Called when an image found its room, so possibly inside itself: hence the loop. */
  private void admitNext() {
    if (admitting.getAndIncrement() > 0) {
      return;
    }
    do {
      while (!over && !oneWaits && next < count) {
        admit(next++);
      }
      if (!over && !oneWaits && !told) {
        told = true;
        events.allEntered();
      }
    } while (admitting.decrementAndGet() > 0);
  }

  private void admit(int index) {
    ImageWork work;
    try {
      work = new ImageWork(intake, events.turn(index), new Place(index));
    } catch (RequestException e) {
      events.failed(index, e);
      return;
    }
    works.add(work);
    if (over) {
      work.cancel();
    } else if (mayWait) {
      oneWaits = true;
      work.enterWhenRoom(this::entered);
    } else {
      mayWait = true;
      oneWaits = true;
      if (!work.enterOrRefuse(this::entered)) {
        over = true;
        events.full(RequestException.noRoom(intake.admission().retryAfter()));
      }
    }
  }

  private void entered() {
    oneWaits = false;
    admitNext();
  }

  private final class Place implements ImageEvents {
    private final int index;

    Place(int index) {
      this.index = index;
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      if (!over) {
        events.answered(index, passed, logits, reason);
      }
    }

    @Override
    public void failed(Throwable cause) {
      if (!over) {
        events.failed(index, cause);
      }
    }
  }
}
