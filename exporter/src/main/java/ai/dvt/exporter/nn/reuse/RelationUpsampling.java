package ai.dvt.exporter.nn.reuse;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Value;

/**
 * Attention logits from the upstream's tokens to this stage's: P R P^T (Figure 5).
 *
 * @param matrix P, [N, upstream N], class row and column included
 */
public record RelationUpsampling(UpsampleMatrix matrix) {
  /**
   * @param relations R, [B, H, upstream N, upstream N]
   * @param rows how many queries, from the first, are wanted
   * @return [B, H, rows, N]
   */
  public Value forward(Value relations, int rows) {
    Constant all = matrix.constant("upsample");
    Constant wanted =
        rows == matrix.rows() ? all : matrix.first(rows).constant("upsample.first_" + rows);
    Value keys = Products.matMul(relations, relations.graph().constant(all.transposed()));
    return Products.matMul(relations.graph().constant(wanted), keys);
  }
}
