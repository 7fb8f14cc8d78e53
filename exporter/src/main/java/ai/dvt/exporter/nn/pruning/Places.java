package ai.dvt.exporter.nn.pruning;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/** What the ways of dropping tokens share: ranks with the class token in front, and positions. */
final class Places {
  /** Above every score, and finite, so that it can be taken away again. */
  private static final float ABOVE_ALL = 1e30f;

  private Places() {}

  /**
   * Scores in which the class token is the largest.
   *
   * @param scores [B, N], whatever stands for the class token small against 1e30
   */
  static Value classFirst(Value scores) {
    int tokens = Math.toIntExact(scores.dimension(1));
    return Elementwise.add(
        scores,
        scores
            .graph()
            .constant(
                Constant.exact(
                    "class_first_" + tokens,
                    Shape.of(tokens),
                    () -> {
                      float[] values = new float[tokens];
                      values[0] = ABOVE_ALL;
                      return values;
                    })));
  }

  /** Positions after a selection: of the picked places what stood in them. */
  static Value positions(TokenStream before, Value indices) {
    return before.positions() == null ? indices : Selection.elements(before.positions(), indices);
  }
}
