package ai.dvt.cascade;

import java.util.List;

/**
 * A tensor that one stage makes and a later one consumes. Engine and runtime move the list and know
 * no name.
 *
 * @param output output of stage {@code fromStage}
 * @param input input of the consuming stage
 * @param shape without the batch dimension, which comes first; every dimension {@code >= 1}
 * @param fromStage number of the producing stage, from 1
 */
public record HandoverSpec(
    String output, String input, DataType dataType, List<Long> shape, int fromStage) {
  public HandoverSpec {
    shape = List.copyOf(shape);
    if (output.isEmpty() || input.isEmpty()) {
      throw new ContractException("handover", "\"" + output + "\" -> \"" + input + '"', "names");
    }
    long elements = 1;
    for (long dimension : shape) {
      if (dimension < 1
          || dimension > Integer.MAX_VALUE
          || elements > Integer.MAX_VALUE / dimension) {
        throw new ContractException(
            "shape of " + output, shape, "dimensions >= 1 and under 2 GiB an image");
      }
      elements *= dimension;
    }
    if (elements * dataType.bytes() > Integer.MAX_VALUE) {
      throw new ContractException("shape of " + output, shape, "under 2 GiB an image");
    }
    if (fromStage < 1) {
      throw new ContractException("from_stage of " + output, fromStage, ">= 1");
    }
  }

  /** Bytes of one image's row. */
  public int rowBytes() {
    long elements = 1;
    for (long dimension : shape) {
      elements *= dimension;
    }
    return Math.toIntExact(elements * dataType.bytes());
  }
}
