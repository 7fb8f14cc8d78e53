package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Value;

/**
 * Two linear layers with a GELU between them.
 *
 * @param first [hidden, in]
 * @param second [out, hidden]
 */
public record Mlp(Linear first, Linear second) {
  /** The result without the second layer's bias, which the residual stream adds. */
  public Value product(Formulation formulation, Value x) {
    return second.product(formulation.gelu(formulation.linear(x, first)));
  }
}
