package ai.dvt.exporter.nn.reuse;

import ai.dvt.exporter.nn.LayerNorm;
import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Shape;

/**
 * f of Eq. 3 for one layer, before the upsampling.
 *
 * @param norm null: none
 * @param first [hidden, upstream D], or [D', upstream D] if there is no second layer
 * @param second [D', hidden], or null: linear
 */
public record ContextLayer(LayerNorm norm, Linear first, Linear second) {
  /** The first layer with the norm's scale and shift taken into it. */
  Linear folded() {
    if (norm == null) {
      return first;
    }
    Constant weight = first.weight();
    int out = first.out();
    int in = Math.toIntExact(weight.shape().dimension(1));
    Constant scaled =
        weight.mapped(
            weight.name() + ".folded",
            values -> {
              float[] scale = norm.scale().floats();
              for (int i = 0; i < values.length; i++) {
                values[i] *= scale[i % in];
              }
              return values;
            });
    Constant shifted =
        Constant.weight(
            weight.name() + ".folded_bias",
            Shape.of(out),
            () -> {
              float[] values = weight.floats();
              float[] shift = norm.shift().floats();
              float[] bias = first.bias() == null ? new float[out] : first.bias().floats();
              for (int row = 0; row < out; row++) {
                double sum = bias[row];
                for (int i = 0; i < in; i++) {
                  sum += (double) values[row * in + i] * shift[i];
                }
                bias[row] = (float) sum;
              }
              return bias;
            });
    return new Linear(scaled, shifted);
  }
}
