package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.TokenPruning.Method;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How one stage of a cascade drops tokens.
 *
 * @param stage from 1; empty: the last, whichever that is
 * @param keepRate in (0, 1]; empty: that of {@link PruningOptions}
 */
public record StagePruning(OptionalInt stage, Method method, Optional<Double> keepRate) {
  public StagePruning {
    if (stage.isPresent() && stage.getAsInt() < 1) {
      throw new ArchitectureException("prune", "stage " + stage.getAsInt(), "stages from 1");
    }
    keepRate.ifPresent(PruningOptions::checkRate);
  }

  /** The last stage of a cascade. */
  public static StagePruning last(Method method, Optional<Double> keepRate) {
    return new StagePruning(OptionalInt.empty(), method, keepRate);
  }

  /** A stage by its number, from 1. */
  public static StagePruning of(int stage, Method method, Optional<Double> keepRate) {
    return new StagePruning(OptionalInt.of(stage), method, keepRate);
  }

  /** The option that says so. */
  String option() {
    return stage.isPresent() ? "prune" : "prune-last";
  }
}
