package ai.dvt.server.engine;

import java.util.List;
import java.util.OptionalLong;

/** When a stage must start so that its answer still comes in time. */
final class Deadlines {
  /** The margin is at least this... */
  private static final long MARGIN_NANOS = 5_000_000;

  /** ...or this part of the expected time. */
  private static final int MARGIN_PART = 10;

  private Deadlines() {}

  /** The expected time with the safety margin, max(5 ms, 10 %). */
  static long withMargin(long expectedNanos) {
    return expectedNanos + Math.max(MARGIN_NANOS, expectedNanos / MARGIN_PART);
  }

  /** The latest start of the stage, for a batch of so many rows. */
  static long latestStart(Journey image, int stage, int rows) {
    return image.deadlineNanos - withMargin(image.cascade().times().likelyNanos(stage, rows));
  }

  /** The time after which an image does not wait for a stage any more, if there is one. */
  static OptionalLong lastStart(Journey image, int stage) {
    OptionalLong startBy = stage == 1 ? image.task.startByNanos() : OptionalLong.empty();
    if (!image.hasDeadline) {
      return startBy;
    }
    long latest = latestStart(image, stage, 1);
    return startBy.isPresent() && startBy.getAsLong() - latest < 0
        ? startBy
        : OptionalLong.of(latest);
  }

  /** Whether the image waited too long for a stage, or would miss its deadline even alone. */
  static boolean isLate(Journey image, int stage, long nowNanos) {
    OptionalLong last = lastStart(image, stage);
    return last.isPresent() && last.getAsLong() - nowNanos < 0;
  }

  /** Whether the time is over by which the first stage should have started. */
  static boolean waitedTooLong(Journey image, long nowNanos) {
    OptionalLong startBy = image.task.startByNanos();
    return startBy.isPresent() && startBy.getAsLong() - nowNanos <= 0;
  }

  /** Whether a stage that starts now would end after the image's deadline. */
  static boolean tooLateFor(Journey image, int stage, long nowNanos) {
    return image.hasDeadline && latestStart(image, stage, 1) - nowNanos <= 0;
  }

  /** Whether one of the images would miss its deadline if all of them ran together now. */
  static boolean oneIsLate(List<Journey> images, int stage, long nowNanos) {
    for (Journey image : images) {
      if (image.hasDeadline && latestStart(image, stage, images.size()) - nowNanos < 0) {
        return true;
      }
    }
    return false;
  }
}
