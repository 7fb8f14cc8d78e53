package ai.dvt.server.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The images ready for one stage of one cascade, oldest first. Under the scheduler's lock. */
final class StageQueue {
  private final ServedCascade cascade;
  private final int stage;
  private final Set<Journey> images = new LinkedHashSet<>();
  private long bytes;

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
  }

  void remove(Journey image) {
    images.remove(image);
    bytes -= image.queuedBytes;
  }

  /** For the policy; the queue is not empty. */
  BatchPolicy.Ready ready() {
    return new BatchPolicy.Ready(
        stage, images.size(), cascade.maxBatch(), images.iterator().next().readyNanos);
  }

  /**
   * Takes out the oldest images, a batch full, or as many as can run together without making one of
   * them late; at least one.
   */
  Batch take(long nowNanos) {
    List<Journey> taken = new ArrayList<>();
    for (Journey image : images) {
      taken.add(image);
      if (taken.size() == cascade.maxBatch()) {
        break;
      }
    }
    while (taken.size() > 1 && Deadlines.oneIsLate(taken, stage, nowNanos)) {
      taken.remove(taken.size() - 1);
    }
    taken.forEach(this::remove);
    return new Batch(cascade, stage, taken, nowNanos);
  }
}
