package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.List;

/**
 * The classifier: the last norm and one head per prefix token, averaged.
 *
 * @param heads of the class token and, if there is one, the distillation token; [classes, D] each
 * @param auxiliary LV-ViT's head of the other tokens, half of whose maximum over them is added to
 *     each class, [classes, D]; or null
 */
public record Exit(LayerNorm norm, List<Linear> heads, Linear auxiliary) {
  public Exit {
    heads = List.copyOf(heads);
  }

  /**
   * @param stream [B, at least heads, D]
   * @return logits [B, classes]
   */
  public Value forward(Formulation formulation, Residual stream) {
    Residual seen = auxiliary == null ? stream.first(heads.size()) : stream;
    Value tokens = formulation.normalize(seen, norm).normalized();
    Value sum = null;
    for (int i = 0; i < heads.size(); i++) {
      Value logits = formulation.linear(Layout.take(tokens, 1, i), heads.get(i));
      sum = sum == null ? logits : Elementwise.add(sum, logits);
    }
    if (auxiliary != null) {
      return Elementwise.add(sum, best(tokens));
    }
    return heads.size() == 1 ? sum : Elementwise.div(sum, sum.graph().scalar(heads.size()));
  }

  /** The bias is the same for every token, so it is added behind the maximum. */
  private Value best(Value tokens) {
    Value others = Layout.slice(tokens, 1, heads.size(), tokens.dimension(1));
    Value best = Reductions.max(auxiliary.product(others), 1);
    Value logits = Layout.reshape(best, Shape.batch(best.dimension(2)));
    Value biased = Elementwise.add(logits, auxiliary.biasIn(logits));
    return Elementwise.mul(biased, tokens.graph().scalar(0.5f));
  }
}
