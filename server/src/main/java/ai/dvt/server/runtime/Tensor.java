package ai.dvt.server.runtime;

import ai.dvt.cascade.DataType;
import java.util.List;

/**
 * A tensor of a stage's graph.
 *
 * @param shape without the batch dimension
 */
record Tensor(String name, DataType dataType, List<Long> shape) {
  Tensor {
    shape = List.copyOf(shape);
  }

  /** Bytes of one image's row. */
  int rowBytes() {
    long elements = 1;
    for (long dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return Math.toIntExact(Math.multiplyExact(elements, dataType.bytes()));
  }

  /** The shape of a batch. */
  long[] batch(int rows) {
    long[] batch = new long[shape.size() + 1];
    batch[0] = rows;
    for (int i = 0; i < shape.size(); i++) {
      batch[i + 1] = shape.get(i);
    }
    return batch;
  }
}
