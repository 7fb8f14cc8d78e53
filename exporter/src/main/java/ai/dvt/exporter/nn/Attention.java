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
   * @param probabilities softmax of the logits
   */
  public record Attended(Value output, Value logits, Value probabilities) {}

  /**
   * @param x [B, N, D]
   * @param rows how many tokens, from the first, ask; the others only answer
   * @param reused added to the logits, [B, H, rows, N], or null
   */
  public Attended forward(Formulation formulation, Value x, int rows, Value reused) {
    Value asking = rows == x.dimension(1) ? x : Layout.slice(x, 1, 0, rows);
    Value q = queries(formulation, asking);
    return attend(q, keys(formulation, x), values(formulation, x), reused);
  }

  /** [B, N, D] to queries [B, H, N, d], scaled. */
  public Value queries(Formulation formulation, Value x) {
    return Layout.transpose(perHead(formulation.linear(x, query)), 0, 2, 1, 3);
  }

  /** [B, N, D] to keys [B, H, d, N]. */
  public Value keys(Formulation formulation, Value x) {
    return Layout.transpose(perHead(formulation.linear(x, key)), 0, 2, 3, 1);
  }

  /** [B, N, D] to values [B, H, N, d]. */
  public Value values(Formulation formulation, Value x) {
    return Layout.transpose(perHead(formulation.linear(x, value)), 0, 2, 1, 3);
  }

  /**
   * @param q [B, H, rows, d]
   * @param k [B, H, d, N]
   * @param v [B, H, N, d]
   * @param added to the logits, broadcast to [B, H, rows, N], or null
   */
  public Attended attend(Value q, Value k, Value v, Value added) {
    Value product = Products.matMul(q, k);
    Value logits = added == null ? product : Elementwise.add(product, added);
    Value probabilities = Reductions.softmax(logits, -1);
    Value joined = Layout.transpose(Products.matMul(probabilities, v), 0, 2, 1, 3);
    Shape shape = Shape.batch(joined.dimension(1), joined.dimension(2) * joined.dimension(3));
    Value output = projection.product(Layout.reshape(joined, shape));
    return new Attended(output, logits, probabilities);
  }

  private Value perHead(Value x) {
    return Layout.reshape(x, Shape.batch(x.dimension(1), heads, x.dimension(2) / heads));
  }
}
