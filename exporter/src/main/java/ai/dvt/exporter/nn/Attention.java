package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/**
 * Multi-head self-attention (paper Eq. 6) with an optional term added to its logits (Eq. 9).
 *
 * @param query [D, D], head-major, already scaled by head width ^ -1/2
 * @param key [D, D]
 * @param value [D, D]
 * @param projection [D, D]
 */
public record Attention(Linear query, Linear key, Linear value, Linear projection, int heads) {
  /**
   * Attention whose queries, keys and values come from one layer, in this order.
   *
   * @param qkv [3 D, D]
   */
  public static Attention of(Linear qkv, Linear projection, int heads) {
    int width = qkv.out() / 3;
    float scale = (float) (1 / Math.sqrt((double) width / heads));
    return new Attention(
        qkv.outputs("query", 0, width).scaled(scale),
        qkv.outputs("key", width, 2 * width),
        qkv.outputs("value", 2 * width, 3 * width),
        projection,
        heads);
  }

  /**
   * What attention makes.
   *
   * @param output without the projection's bias, [B, rows, D]
   * @param logits scaled, the reused term added, before softmax: [B, H, rows, N]
   */
  public record Attended(Value output, Value logits) {}

  /**
   * @param x [B, N, D]
   * @param rows how many tokens, from the first, ask; the others only answer
   * @param reused added to the logits, [B, H, rows, N], or null
   */
  public Attended forward(Formulation formulation, Value x, int rows, Value reused) {
    Value asking = rows == x.dimension(1) ? x : Layout.slice(x, 1, 0, rows);
    Value q = Layout.transpose(perHead(formulation.linear(asking, query)), 0, 2, 1, 3);
    Value k = Layout.transpose(perHead(formulation.linear(x, key)), 0, 2, 3, 1);
    Value v = Layout.transpose(perHead(formulation.linear(x, value)), 0, 2, 1, 3);
    Value product = Products.matMul(q, k);
    Value logits = reused == null ? product : Elementwise.add(product, reused);
    Value attended = Products.matMul(Reductions.softmax(logits, -1), v);
    Value joined = Layout.transpose(attended, 0, 2, 1, 3);
    Value output = projection.product(Layout.reshape(joined, asking.shape()));
    return new Attended(output, logits);
  }

  private Value perHead(Value x) {
    return Layout.reshape(x, Shape.batch(x.dimension(1), heads, x.dimension(2) / heads));
  }
}
