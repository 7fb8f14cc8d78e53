package ai.dvt.server.engine.load;

import java.time.Duration;
import java.util.List;

/**
 * One row of a plan.
 *
 * @param point what images are answered with at most
 * @param imagesPerSecond the highest arrival rate that it is for
 * @param capacity images a second that the stages can run with it when they never idle
 * @param batchSizes the most rows of a run, by stage
 * @param queueDelays how long a run waits for its rows, by stage
 * @param latency expected at that rate, for an image that runs every stage
 */
public record LoadLevel(
    PlanPoint point,
    double imagesPerSecond,
    double capacity,
    List<Integer> batchSizes,
    List<Duration> queueDelays,
    Duration latency) {
  public LoadLevel {
    batchSizes = List.copyOf(batchSizes);
    queueDelays = List.copyOf(queueDelays);
  }
}
