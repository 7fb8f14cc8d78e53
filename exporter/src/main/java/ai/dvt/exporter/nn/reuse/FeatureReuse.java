package ai.dvt.exporter.nn.reuse;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.LayerNorm;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.Arrays;
import java.util.List;

/**
 * Context embeddings of all layers at once (Eq. 3): norm, MLP, upsampling. All layers look at the
 * same normalised tokens, so their first layers become one product, each norm's scale and shift
 * inside it.
 *
 * @param layers one per downstream layer that gets a context, all of the same sizes
 * @param matrix from the upstream's tokens to this stage's, [N, upstream N]; zero rows for the
 *     class token unless it is reused
 */
public record FeatureReuse(List<ContextLayer> layers, UpsampleMatrix matrix) {
  public FeatureReuse {
    layers = List.copyOf(layers);
  }

  /** The reuse of the first layers alone. */
  public FeatureReuse first(int count) {
    return new FeatureReuse(layers.subList(0, count), matrix);
  }

  /**
   * @param tokens [B, upstream N, upstream D] for all layers, or one such for each: [B, at least
   *     layers, upstream N, upstream D]
   * @return for each layer [B, N, D']
   */
  public List<Value> forward(Formulation formulation, Value tokens) {
    Value hidden =
        tokens.shape().rank() == 3 ? shared(formulation, tokens) : each(formulation, tokens);
    if (layers.get(0).second() != null) {
      Value active = formulation.gelu(hidden);
      hidden = new StackedLinear(layers.stream().map(ContextLayer::second).toList()).each(active);
    }
    Value upsample = hidden.graph().constant(matrix.constant("context_upsample"));
    Value contexts = Products.matMul(upsample, hidden);
    long[] single = new long[layers.size()];
    Arrays.fill(single, 1);
    List<Value> split = layers.size() == 1 ? List.of(contexts) : Layout.split(contexts, 1, single);
    Shape shape = Shape.batch(contexts.dimension(2), contexts.dimension(3));
    return split.stream().map(context -> Layout.reshape(context, shape)).toList();
  }

  /** [B, upstream N, upstream D] to [B, layers, upstream N, hidden]. */
  private Value shared(Formulation formulation, Value tokens) {
    Value hidden = formulation.linear(normalized(formulation, tokens), firsts().joined());
    int out = layers.get(0).first().out();
    Shape apart = Shape.batch(tokens.dimension(1), layers.size(), out);
    return Layout.transpose(Layout.reshape(hidden, apart), 0, 2, 1, 3);
  }

  /** [B, layers, upstream N, upstream D] to [B, layers, upstream N, hidden]. */
  private Value each(Formulation formulation, Value tokens) {
    int count = layers.size();
    Value seen = count == tokens.dimension(1) ? tokens : Layout.slice(tokens, 1, 0, count);
    Shape flat = Shape.batch(count * tokens.dimension(2), tokens.dimension(3));
    Value x = normalized(formulation, Layout.reshape(seen, flat));
    return firsts().each(Layout.reshape(x, seen.shape()));
  }

  private StackedLinear firsts() {
    return new StackedLinear(layers.stream().map(ContextLayer::folded).toList());
  }

  private Value normalized(Formulation formulation, Value x) {
    LayerNorm norm = layers.get(0).norm();
    if (norm == null) {
      return x;
    }
    LayerNorm plain =
        new LayerNorm(
            filled("ones", x.dimension(-1), 1),
            filled("zeros", x.dimension(-1), 0),
            norm.epsilon());
    return formulation.normalize(Residual.of(x), plain).normalized();
  }

  private static Constant filled(String name, long size, float value) {
    return Constant.exact(
        name + '_' + size,
        Shape.of(size),
        () -> {
          float[] values = new float[Math.toIntExact(size)];
          Arrays.fill(values, value);
          return values;
        });
  }
}
