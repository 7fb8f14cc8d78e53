package ai.dvt.exporter.nn.tokens;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Value;

/**
 * Linear attention with positive random features: phi(z) = exp(w z - |z|^2 / 2) / sqrt(m), and
 * attention(t) = sum_s (phi(q_t) . phi(k_s)) v_s / (phi(q_t) . sum_s phi(k_s) + 1e-8).
 *
 * @param key [T, C]
 * @param query [T, C]
 * @param value [T, C]
 * @param randomFeatures w, [m, T]
 * @param projection [T, T]
 */
public record Performer(
    Linear key, Linear query, Linear value, Constant randomFeatures, Linear projection)
    implements TokenAttention {
  private static final float EPSILON = 1e-8f;

  /**
   * @param kqv [3 T, C], in this order
   */
  public static Performer of(Linear kqv, Constant randomFeatures, Linear projection) {
    int width = kqv.out() / 3;
    return new Performer(
        kqv.outputs("key", 0, width),
        kqv.outputs("query", width, 2 * width),
        kqv.outputs("value", 2 * width, 3 * width),
        randomFeatures,
        projection);
  }

  /** The factors 1/sqrt(m) of both phi cancel but for epsilon, which is multiplied by m instead. */
  @Override
  public Residual forward(Formulation formulation, Value x) {
    long features = randomFeatures.shape().dimension(0);
    Value v = formulation.linear(x, value);
    Value keys = phi(formulation.linear(x, key));
    Value queries = phi(formulation.linear(x, query));
    Value mixed = Products.matMul(Layout.transpose(keys, 0, 2, 1), v);
    Value total = Layout.transpose(Reductions.sum(keys, 1), 0, 2, 1);
    Value weight =
        Elementwise.add(Products.matMul(queries, total), x.graph().scalar(EPSILON * features));
    Value attended = Elementwise.div(Products.matMul(queries, mixed), weight);
    return new Residual(v, projection.product(attended), projection.biasIn(x));
  }

  private Value phi(Value z) {
    Value product = Products.matMul(z, z.graph().constant(randomFeatures.transposed()));
    Value half = Elementwise.mul(Reductions.sum(Elementwise.mul(z, z), -1), z.graph().scalar(0.5f));
    return Elementwise.exp(Elementwise.sub(product, half));
  }

  @Override
  public Performer reordered(int[] order) {
    return new Performer(
        key.reordered(order),
        query.reordered(order),
        value.reordered(order),
        randomFeatures,
        projection);
  }
}
