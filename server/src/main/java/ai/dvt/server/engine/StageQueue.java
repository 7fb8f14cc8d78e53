package ai.dvt.server.engine;

import java.util.ArrayList;
import java.util.List;

/** The images ready for one stage of one cascade, in a fair line. Under the scheduler's lock. */
final class StageQueue {
  private final ServedCascade cascade;
  private final int stage;
  private final FairLine<Journey> images = new FairLine<>(Journey::caller);
  private long bytes;
  private int withDeadline;

  StageQueue(ServedCascade cascade, int stage) {
    this.cascade = cascade;
    this.stage = stage;
  }

  int size() {
    return images.size();
  }

  CascadeCounters.Queued queued() {
    return new CascadeCounters.Queued(images.size(), bytes);
  }

  void add(Journey image) {
    images.add(image);
    image.queuedBytes = image.bytes();
    bytes += image.queuedBytes;
    withDeadline += image.hasDeadline ? 1 : 0;
  }

  void remove(Journey image) {
    if (images.remove(image)) {
      bytes -= image.queuedBytes;
      withDeadline -= image.hasDeadline ? 1 : 0;
    }
  }

  /** For the policy; the queue is not empty. */
  BatchPolicy.Ready ready() {
    Pace pace = cascade.pace();
    int batch = pace.batch(stage);
    long oldest = images.oldest().readyNanos;
    long due = oldest + pace.maxQueueDelay(stage).toNanos();
    Journey urgent = mostUrgent();
    if (urgent != null) {
      long start =
          Deadlines.latestStart(urgent, stage, Math.min(images.size(), batch)) - longestRunNanos();
      due = start - due < 0 ? start : due;
    }
    return new BatchPolicy.Ready(stage, images.size(), batch, oldest, due);
  }

  private Journey mostUrgent() {
    Journey urgent = null;
    if (withDeadline > 0) {
      for (Journey image : images) {
        if (image.hasDeadline
            && (urgent == null || image.deadlineNanos - urgent.deadlineNanos < 0)) {
          urgent = image;
        }
      }
    }
    return urgent;
  }

  /** A worker that decides now decides again no later than after this. */
  private long longestRunNanos() {
    long longest = 0;
    for (int other = 1; other <= cascade.stages(); other++) {
      longest =
          Math.max(longest, cascade.times().expectedNanos(other, cascade.pace().batch(other)));
    }
    return longest;
  }

  /**
   * Takes out the images whose turn it is, as many as can run together without making one of them
   * late.
   *
   * @param rows at most
   * @param late gets those met on the way that are too late even alone; they are taken out
   * @return null if only late ones were there
   */
  Batch take(int rows, long nowNanos, List<Journey> late) {
    List<Journey> taken = new ArrayList<>();
    while (taken.size() < rows && !images.isEmpty()) {
      Journey next = images.peek();
      if (Deadlines.isLate(next, stage, nowNanos)) {
        late.add(next);
        takeOut();
        continue;
      }
      taken.add(next);
      if (taken.size() > 1 && Deadlines.oneIsLate(taken, stage, nowNanos)) {
        taken.remove(taken.size() - 1);
        break;
      }
      takeOut();
    }
    return taken.isEmpty() ? null : new Batch(cascade, stage, taken, nowNanos);
  }

  private void takeOut() {
    Journey image = images.poll();
    bytes -= image.queuedBytes;
    withDeadline -= image.hasDeadline ? 1 : 0;
  }
}
