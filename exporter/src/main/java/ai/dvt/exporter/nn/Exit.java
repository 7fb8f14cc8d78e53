package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Value;
import java.util.List;

/**
 * The classifier: the last norm and one head per prefix token, averaged.
 *
 * @param heads of the class token and, if there is one, the distillation token; [classes, D] each
 */
public record Exit(LayerNorm norm, List<Linear> heads) {
  public Exit {
    heads = List.copyOf(heads);
  }

  /**
   * @param stream [B, at least heads, D]
   * @return logits [B, classes]
   */
  public Value forward(Formulation formulation, Residual stream) {
    Value tokens = formulation.normalize(stream.first(heads.size()), norm).normalized();
    Value sum = null;
    for (int i = 0; i < heads.size(); i++) {
      Value logits = formulation.linear(Layout.take(tokens, 1, i), heads.get(i));
      sum = sum == null ? logits : Elementwise.add(sum, logits);
    }
    return heads.size() == 1 ? sum : Elementwise.div(sum, sum.graph().scalar(heads.size()));
  }
}
