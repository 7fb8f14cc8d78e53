package ai.dvt.exporter.nn.pruning;

import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Selection.Top;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/**
 * EViT's token reorganisation (Liang et al., section 3.2): the tokens that the class token attends
 * to most go on, and the others, if fused, as one token, the sum weighted by that attention.
 *
 * @param keep tokens beside the class token
 * @param fused whether the others become a token, the last
 * @param fusedPosition the position it is given
 */
public record ClassAttention(int keep, boolean fused, int fusedPosition) {
  /**
   * @param before where the tokens stood, [B, N]
   * @param tokens behind the attention, [B, N, D]
   * @param probabilities of the attention, [B, H, N, N]
   */
  public Pruned prune(TokenStream before, Residual tokens, Value probabilities) {
    long count = probabilities.dimension(3);
    Value asked = Layout.slice(probabilities, 2, 0, 1);
    Value attention = Layout.reshape(Reductions.mean(asked, 1), Shape.batch(count));
    Value x = tokens.sum();
    Top kept = Selection.largest(Places.classFirst(attention), keep + 1L);
    Value rows = Selection.rows(x, kept.indices());
    Value positions = Places.positions(before, kept.indices());
    if (fused) {
      Value nothing = Elementwise.sub(kept.values(), kept.values());
      Value weights = Selection.overwritten(attention, kept.indices(), nothing);
      Value sum = Products.matMul(Layout.reshape(weights, Shape.batch(1, count)), x);
      rows = Layout.concat(1, rows, sum);
      // The class token's position is 0 in every image.
      Value own = Elementwise.add(Layout.slice(positions, 1, 0, 1), x.graph().longs(fusedPosition));
      positions = Layout.concat(1, positions, own);
    }
    return new Pruned(
        new TokenStream(Residual.of(rows), positions, null),
        x,
        Layout.slice(attention, 1, 1, count));
  }
}
