package ai.dvt.server.engine;

import java.time.Duration;

/**
 * What an operator chooses for a device.
 *
 * @param capacityBytes of all images in the engine together, see {@link Admission}
 * @param maxQueueDelay how long a row waits for its batch to fill while other work is preferred
 */
public record EngineSettings(long capacityBytes, Duration maxQueueDelay) {
  public EngineSettings {
    if (capacityBytes < 1) {
      throw new IllegalArgumentException("capacity: " + capacityBytes + " bytes (expected: >= 1)");
    }
    if (maxQueueDelay.isNegative()) {
      throw new IllegalArgumentException("max-queue-delay: " + maxQueueDelay + " (expected: >= 0)");
    }
  }
}
