package ai.dvt.server.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How stages run.
 *
 * @param workers threads that run stages, one core each
 * @param mode how these threads are used
 * @param maxBatch the most images in one run of a stage; empty: picked for each model by measuring
 * @param maxQueueDelays by stage, the last one for all further stages: how long a partial batch
 *     waits while a full one runs first (a free worker never waits); empty: twice the measured time
 *     of the stage's full batch
 * @param queue what may wait
 */
public record EngineLimits(
    int workers,
    Mode mode,
    OptionalInt maxBatch,
    List<Duration> maxQueueDelays,
    QueueLimits queue) {
  public EngineLimits {
    ConfigException.require(workers >= 1, "workers", workers, ">= 1");
    maxBatch.ifPresent(
        most -> ConfigException.require(most >= 1 && most <= 1024, "max-batch", most, "1 to 1024"));
    maxQueueDelays = List.copyOf(maxQueueDelays);
    maxQueueDelays.forEach(
        delay -> ConfigException.require(!delay.isNegative(), "max-queue-delay", delay, ">= 0"));
  }

  /** Workers of one thread each, nothing measured, one delay for all stages. */
  public EngineLimits(int workers, int maxBatch, Duration maxQueueDelay, long queueBytes) {
    this(
        workers,
        Mode.THROUGHPUT,
        OptionalInt.of(maxBatch),
        List.of(maxQueueDelay),
        new QueueLimits(1024, queueBytes, Optional.empty()));
  }
}
