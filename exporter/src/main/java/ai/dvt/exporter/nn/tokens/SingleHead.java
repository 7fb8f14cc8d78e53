package ai.dvt.exporter.nn.tokens;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Value;

/**
 * Softmax attention with one head (T2T-ViT_t).
 *
 * @param query [T, C], already scaled by C ^ -1/2, the width of the input
 * @param key [T, C]
 * @param value [T, C]
 * @param projection [T, T]
 */
public record SingleHead(Linear query, Linear key, Linear value, Linear projection)
    implements TokenAttention {
  /**
   * @param qkv [3 T, C], in this order
   */
  public static SingleHead of(Linear qkv, Linear projection) {
    int width = qkv.out() / 3;
    float scale = (float) (1 / Math.sqrt(qkv.weight().shape().dimension(1)));
    return new SingleHead(
        qkv.outputs("query", 0, width).scaled(scale),
        qkv.outputs("key", width, 2 * width),
        qkv.outputs("value", 2 * width, 3 * width),
        projection);
  }

  @Override
  public Residual forward(Formulation formulation, Value x) {
    Value v = formulation.linear(x, value);
    Value logits =
        Products.matMul(
            formulation.linear(x, query), Layout.transpose(formulation.linear(x, key), 0, 2, 1));
    Value attended = Products.matMul(Reductions.softmax(logits, -1), v);
    return new Residual(v, projection.product(attended), projection.biasIn(x));
  }

  @Override
  public SingleHead reordered(int[] order) {
    return new SingleHead(
        query.reordered(order), key.reordered(order), value.reordered(order), projection);
  }
}
