package ai.dvt.server.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How large the batches of a cascade's stages are and how long rows wait for them. May change while
 * the cascade is served ({@link ServedCascade#setPace}).
 *
 * @param batches the most rows of a run, by stage; the last one counts for all further stages
 * @param maxQueueDelays how long a row waits for its batch to fill while other work is preferred;
 *     likewise
 */
public record Pace(List<Integer> batches, List<Duration> maxQueueDelays) {
  private static final Duration SHORTEST_DELAY = Duration.ofMillis(20);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);

  public Pace {
    batches = List.copyOf(batches);
    maxQueueDelays = List.copyOf(maxQueueDelays);
    if (batches.isEmpty() || batches.stream().anyMatch(rows -> rows < 1)) {
      throw new IllegalArgumentException("batches: " + batches + " (expected: each >= 1)");
    }
    if (maxQueueDelays.isEmpty() || maxQueueDelays.stream().anyMatch(Duration::isNegative)) {
      throw new IllegalArgumentException(
          "max-queue-delays: " + maxQueueDelays + " (expected: each >= 0)");
    }
  }

  /** The same batch and delay for all stages. */
  public static Pace of(int batch, Duration maxQueueDelay) {
    return new Pace(List.of(batch), List.of(maxQueueDelay));
  }

  /**
   * Delays made for the cascade and the batches of its stages: twice the time of the stage's full
   * batch, 20 ms to 5 s. At saturation a batch of survivors then has time to fill, and the wait
   * stays in proportion to what the stage takes anyway.
   */
  public static Pace measured(StageTimes times, List<Integer> batches) {
    List<Duration> delays = new ArrayList<>();
    for (int stage = 1; stage <= batches.size(); stage++) {
      Duration twice = Duration.ofNanos(2 * times.expectedNanos(stage, batches.get(stage - 1)));
      delays.add(
          twice.compareTo(SHORTEST_DELAY) < 0
              ? SHORTEST_DELAY
              : twice.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : twice);
    }
    return new Pace(batches, delays);
  }

  /**
   * @param stage from 1
   */
  public int batch(int stage) {
    return batches.get(Math.min(stage, batches.size()) - 1);
  }

  /**
   * @param stage from 1
   */
  public Duration maxQueueDelay(int stage) {
    return maxQueueDelays.get(Math.min(stage, maxQueueDelays.size()) - 1);
  }
}
