package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Value;

/**
 * The weights of a linear layer; {@link Formulation#linear} applies them.
 *
 * @param weight [out, in]
 * @param bias [out], or null
 */
public record Linear(Constant weight, Constant bias) {
  /** x W^T, for a caller that adds the bias elsewhere. */
  public Value product(Value x) {
    return Products.matMul(x, x.graph().constant(weight.transposed()));
  }

  /** The bias in this graph, or null. */
  public Value biasIn(Value x) {
    return bias == null ? null : x.graph().constant(bias);
  }

  /** A layer of the outputs {@code from} to before {@code to} alone. */
  public Linear outputs(String part, int from, int to) {
    return new Linear(
        weight.slice(weight.name() + '.' + part, from, to),
        bias == null ? null : bias.slice(bias.name() + '.' + part, from, to));
  }

  /** A layer that sees the inputs {@code from} to before {@code to} alone, without the bias. */
  public Linear inputs(String part, int from, int to) {
    Constant columns = weight.transposed().slice(weight.name() + '.' + part + ".T", from, to);
    return new Linear(columns.transposed(), null);
  }

  /** A layer whose result is {@code factor} times this one's. */
  public Linear scaled(float factor) {
    return new Linear(scaled(weight, factor), bias == null ? null : scaled(bias, factor));
  }

  /** Size of the result. */
  public int out() {
    return Math.toIntExact(weight.shape().dimension(0));
  }

  /** A layer for inputs whose element i was element {@code order[i]}. */
  public Linear reordered(int[] order) {
    int rows = out();
    return new Linear(
        weight.mapped(
            weight.name() + ".reordered",
            values -> {
              float[] moved = new float[values.length];
              for (int row = 0; row < rows; row++) {
                for (int i = 0; i < order.length; i++) {
                  moved[row * order.length + i] = values[row * order.length + order[i]];
                }
              }
              return moved;
            }),
        bias);
  }

  private static Constant scaled(Constant constant, float factor) {
    return constant.mapped(
        constant.name() + ".scaled",
        values -> {
          for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
          }
          return values;
        });
  }
}
