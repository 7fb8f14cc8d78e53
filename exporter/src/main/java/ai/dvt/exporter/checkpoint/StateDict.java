package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.weights.Tensor;
import ai.dvt.exporter.weights.Weights;
import java.util.List;

/**
 * One state dict of a file.
 *
 * @param file the file, for messages
 * @param wrapper the key it stood under in the outer dict; empty if the file itself is the dict
 * @param tensors in the file's order, names without a leading {@code module.}
 * @param skipped names of entries that are no tensors
 */
public record StateDict(String file, String wrapper, List<Tensor> tensors, List<String> skipped) {
  public StateDict {
    tensors = List.copyOf(tensors);
    skipped = List.copyOf(skipped);
  }

  /** The tensors in the field's terms. */
  public Weights weights() {
    return Weights.of(file, tensors);
  }
}
