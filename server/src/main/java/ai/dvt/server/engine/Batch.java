package ai.dvt.server.engine;

import java.util.List;

/**
 * What a worker runs next.
 *
 * @param stage from 1
 * @param images at least one, the worker's until it gives each back to the scheduler or ends it
 * @param startNanos when they left the queue
 */
record Batch(ServedCascade cascade, int stage, List<Journey> images, long startNanos) {
  /** How long the images waited for it, all together. */
  long queueNanos() {
    return images.stream().mapToLong(image -> startNanos - image.readyNanos).sum();
  }
}
