package ai.dvt.server.engine.load;

import java.time.Duration;
import java.util.List;

/**
 * From an arrival rate to what the server does at it.
 *
 * @param levels at least one, by rising rate; the first is what clients get without load
 * @param objective the latency that the plan is made for
 * @param workers that run stages side by side
 */
public record LoadPlan(List<LoadLevel> levels, Duration objective, int workers) {
  /** The latency to plan for when nobody named one. */
  public static final Duration USUAL_OBJECTIVE = Duration.ofMillis(200);

  public LoadPlan {
    levels = List.copyOf(levels);
    if (levels.isEmpty()) {
      throw new IllegalArgumentException("levels: none (expected: at least one)");
    }
  }

  /** The number, from 0, of the level for a rate; beyond all rates the last one. */
  public int levelFor(double imagesPerSecond) {
    for (int level = 0; level < levels.size(); level++) {
      if (imagesPerSecond <= levels.get(level).imagesPerSecond()) {
        return level;
      }
    }
    return levels.size() - 1;
  }

  /** The highest arrival rate that is planned for. */
  public double peak() {
    return levels.get(levels.size() - 1).imagesPerSecond();
  }
}
