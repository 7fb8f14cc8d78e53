package ai.dvt.exporter.nn.reuse;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Shape;
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

  /**
   * The same for the tokens at some positions alone.
   *
   * @param positions int64 [B, k]; from N on: a token of no position, which gets zeros
   * @param rows how many of them, from the first, are wanted as queries
   * @return [B, H, rows, k]
   */
  public Value forward(Value relations, int rows, Value positions) {
    Value table = relations.graph().constant(matrix.withZeroRow().constant("upsample.zero_row"));
    Value none = relations.graph().longs(matrix.rows());
    Value all = Selection.tableRows(table, Elementwise.min(positions, none));
    long kept = positions.dimension(1);
    Value each = Layout.reshape(all, Shape.batch(1, kept, matrix.columns()));
    Value wanted = rows == kept ? each : Layout.slice(each, 2, 0, rows);
    Value keys = Products.matMul(relations, Layout.transpose(each, 0, 1, 3, 2));
    return Products.matMul(wanted, keys);
  }
}
