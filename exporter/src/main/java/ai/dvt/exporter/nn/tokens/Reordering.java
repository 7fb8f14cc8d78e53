package ai.dvt.exporter.nn.tokens;

import ai.dvt.exporter.onnx.Constant;

/** Moves the elements of a vector. */
final class Reordering {
  private Reordering() {}

  /** Element i of the result is element {@code order[i]}. */
  static Constant of(Constant vector, int[] order) {
    return vector.mapped(
        vector.name() + ".reordered",
        values -> {
          float[] moved = new float[order.length];
          for (int i = 0; i < order.length; i++) {
            moved[i] = values[order[i]];
          }
          return moved;
        });
  }
}
