package ai.dvt.cascade;

import java.time.Duration;

/**
 * An exit that an image passed.
 *
 * @param queueTime from ready for the stage to the start of its run
 * @param computeTime the run of the whole batch
 * @param batchSize images that shared the run
 */
public record ExitPassed(
    ExitOutcome outcome, Duration queueTime, Duration computeTime, int batchSize) {}
