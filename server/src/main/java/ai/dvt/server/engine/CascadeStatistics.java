package ai.dvt.server.engine;

import java.util.List;
import java.util.Map;

/**
 * What became of a cascade's images since the model was loaded.
 *
 * @param name of the cascade, {@code model/version}
 * @param stages in order
 * @param prepared images decoded and resized, or read as tensors
 * @param preparingNanos that this took, all together
 * @param failed images that got no answer, by kind; kinds that never came are absent
 */
public record CascadeStatistics(
    String name,
    List<StageStatistics> stages,
    long prepared,
    long preparingNanos,
    Map<EngineException.Kind, Long> failed) {
  public CascadeStatistics {
    stages = List.copyOf(stages);
    failed = Map.copyOf(failed);
  }
}
