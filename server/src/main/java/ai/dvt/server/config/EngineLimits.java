package ai.dvt.server.config;

import java.time.Duration;

/**
 * How stages run.
 *
 * @param workers threads that run stages side by side, one core each
 * @param maxBatch the most images in one run of a stage
 * @param maxQueueDelay how long a partial batch waits while a full one runs first; a free worker
 *     never waits
 * @param queueBytes of all admitted images together: pictures and handed-over tensors
 */
public record EngineLimits(int workers, int maxBatch, Duration maxQueueDelay, long queueBytes) {
  public EngineLimits {
    ConfigException.require(workers >= 1, "workers", workers, ">= 1");
    ConfigException.require(maxBatch >= 1 && maxBatch <= 1024, "max-batch", maxBatch, "1 to 1024");
    ConfigException.require(!maxQueueDelay.isNegative(), "max-queue-delay", maxQueueDelay, ">= 0");
    ConfigException.require(queueBytes >= 1, "queue-bytes", queueBytes, ">= 1");
  }
}
