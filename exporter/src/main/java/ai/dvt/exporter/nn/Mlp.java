package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Value;

/**
 * Two linear layers with a GELU between them.
 *
 * @param first [hidden, in]
 * @param second [out, hidden]
 */
public record Mlp(Linear first, Linear second) {
  /** The result without the second layer's bias, which the residual stream adds. */
  public Value product(Value x) {
    return second.product(Elementwise.gelu(first.forward(x)));
  }
}
