package ai.dvt.exporter.nn.pruning;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Formulation.Normalized;
import ai.dvt.exporter.nn.LayerNorm;
import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Selection.Top;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/**
 * DynamicViT's prediction module (Rao et al., Eqs. 2 to 5): a local feature of every token, a
 * global one of all, and from both the odds of keeping the token.
 *
 * @param norm before it
 * @param local half of the first layer, [C/2, C]
 * @param global the other half, averaged over all tokens but the class token, [C/2, C]
 * @param fromLocal second layer's part for the local half, without bias, [C/2, C/2]
 * @param fromGlobal its part for the global half, with the bias, [C/2, C/2]
 * @param third [C/4, C/2]
 * @param odds log-odds of keeping, [1, C/4]
 */
public record KeepPredictor(
    LayerNorm norm,
    Linear local,
    Linear global,
    Linear fromLocal,
    Linear fromGlobal,
    Linear third,
    Linear odds) {

  /**
   * The module of the authors' layers.
   *
   * @param first [C, C]
   * @param second [C/2, C], its inputs local then global
   * @param third [C/4, C/2]
   * @param last [2, C/4], log-odds of keeping, then of dropping
   */
  public static KeepPredictor of(
      LayerNorm norm, Linear first, Linear second, Linear third, Linear last) {
    int width = first.out();
    int half = width / 2;
    return new KeepPredictor(
        norm,
        first.outputs("local", 0, half),
        first.outputs("global", half, width),
        second.inputs("local", 0, half),
        new Linear(second.inputs("global", half, width).weight(), second.bias()),
        third,
        new Linear(difference(last.weight()), difference(last.bias())));
  }

  /** Row 0 minus row 1, [1, ...]: softmax over two only sees the difference. */
  private static Constant difference(Constant both) {
    Constant keep = both.slice(both.name() + ".keep", 0, 1);
    Constant drop = both.slice(both.name() + ".drop", 1, 2);
    return keep.mapped(
        both.name() + ".odds",
        values -> {
          float[] other = drop.floats();
          for (int i = 0; i < values.length; i++) {
            values[i] -= other[i];
          }
          return values;
        });
  }

  /**
   * Keeps the best tokens, best first behind the class token.
   *
   * @param stream [B, N, D]
   * @param keep tokens beside the class token
   */
  public Pruned prune(Formulation formulation, TokenStream stream, int keep) {
    Normalized z = formulation.normalize(stream.tokens(), norm);
    Value odds = odds(formulation, z.normalized());
    Top kept = Selection.largest(Places.classFirst(odds), keep + 1L);
    Value rows = Selection.rows(z.sum(), kept.indices());
    TokenStream pruned =
        new TokenStream(Residual.of(rows), Places.positions(stream, kept.indices()), null);
    // log(p) = -log(1 + exp(-odds))
    Value zero = odds.graph().scalar(0);
    Value scores = Elementwise.sub(zero, Elementwise.softplus(Elementwise.sub(zero, odds)));
    return new Pruned(pruned, z.sum(), Layout.slice(scores, 1, 1, scores.dimension(1)));
  }

  /**
   * @param z [B, N, C], class token included, whose odds mean nothing
   * @return [B, N]
   */
  private Value odds(Formulation formulation, Value z) {
    long tokens = z.dimension(1);
    Value own = formulation.gelu(formulation.linear(z, local));
    Value all = formulation.gelu(formulation.linear(z, global));
    Value mean = Reductions.mean(Layout.slice(all, 1, 1, tokens), 1);
    Value both = Elementwise.add(fromLocal.product(own), formulation.linear(mean, fromGlobal));
    Value narrow = formulation.gelu(formulation.linear(formulation.gelu(both), third));
    return Layout.reshape(formulation.linear(narrow, odds), Shape.batch(tokens));
  }
}
