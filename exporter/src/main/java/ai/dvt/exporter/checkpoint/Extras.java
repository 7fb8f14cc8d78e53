package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.weights.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a file holds beside state dicts, read on demand: the DVT release's {@code flops}, {@code
 * anytime_classification}, {@code dynamic_threshold} (59, exits) and {@code
 * budgeted_batch_classification} (2, 59), or a training run's {@code args}. Empty for safetensors
 * but for the texts of its metadata.
 */
public final class Extras {
  /** Turns what stands under a key into what the caller wants. */
  interface Source {
    Set<String> keys();

    Optional<Tensor> tensor(String key);

    Optional<List<List<Double>>> rows(String key);

    Map<String, String> texts(String key);
  }

  private final Source source;

  Extras(Source source) {
    this.source = source;
  }

  /** Keys of the outer dict that are no state dicts, in the order of the file. */
  public Set<String> keys() {
    return source.keys();
  }

  /** The tensor under the key, if there is one. */
  public Optional<Tensor> tensor(String key) {
    return source.tensor(key);
  }

  /** The number, or list, tuple, tensor, or array of numbers under the key. */
  public Optional<List<Double>> numbers(String key) {
    return source.rows(key).filter(rows -> rows.size() == 1).map(rows -> rows.get(0));
  }

  /**
   * The table under the key: a list of lists of numbers, or a tensor or array of rank 2. A plain
   * list counts as a table of one row. Row lengths may differ.
   */
  public Optional<List<List<Double>>> rows(String key) {
    return source.rows(key);
  }

  /**
   * The named values under the key (a dict or argparse.Namespace) as short text; nested containers
   * and tensors are left out. A plain value counts as one value named by the key.
   */
  public Map<String, String> texts(String key) {
    return source.texts(key);
  }
}
