package ai.dvt.server.runtime.provider;

import java.util.List;

/**
 * What a provider's options may depend on.
 *
 * @param key tells this graph from all others, e.g. its sha256
 * @param inputs every input with a free batch dimension
 * @param maxBatch the most rows of one run
 */
public record StageGraph(String key, List<Input> inputs, int maxBatch) {
  /**
   * @param shape without the batch dimension
   */
  public record Input(String name, List<Long> shape) {
    public Input {
      shape = List.copyOf(shape);
    }
  }

  public StageGraph {
    inputs = List.copyOf(inputs);
    if (maxBatch < 1) {
      throw new IllegalArgumentException("maxBatch: " + maxBatch + " (expected: >= 1)");
    }
  }
}
