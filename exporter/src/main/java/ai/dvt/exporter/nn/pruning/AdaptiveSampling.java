package ai.dvt.exporter.nn.pruning;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Selection.Top;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.function.IntToDoubleFunction;

/**
 * ATS's choice of tokens (Fayyaz et al., section 3): scores by the class token's attention and the
 * values' norms, and inverse transform sampling at evenly spaced points of their distribution.
 *
 * @param places of the first layer, class token included: as many points as patches are taken
 * @param constantEpsilon whether the attention's epsilon is spread over the places of the first
 *     layer, or over those of the layer at hand
 */
public record AdaptiveSampling(int places, boolean constantEpsilon) {
  private static final float EPSILON = 1e-6f;

  /** Above every point. */
  private static final float ABOVE_ALL = 1e8f;

  /**
   * The choice.
   *
   * @param first ones, [B, 1], for the class token
   * @param chosen float32 [B, n], 1 for a token that was sampled, else 0
   * @param scores [B, n]
   */
  public record Sample(Value first, Value chosen, Value scores) {
    /** float32 [B, N]: the choice with the class token, which always goes on. */
    Value real() {
      return Selection.withFirst(first, chosen, Shape.oneMore(chosen.dimension(1)));
    }
  }

  /**
   * @param query of the class token, [B, H, 1, d]
   * @param k keys [B, H, d, N]
   * @param v values [B, H, N, d]
   * @param real [B, N], 1 for tokens and 0 for empty places, or null: all are tokens
   */
  public Sample sample(Value query, Value k, Value v, Value real) {
    Value scores = scores(query, k, v, real);
    Top sorted = Selection.ascending(scores);
    Value picked = Selection.elements(sorted.indices(), ranks(sorted.values()));
    Value numbers = Elementwise.cast(picked, DataType.FLOAT32);
    Value marks = Elementwise.add(Elementwise.sub(numbers, numbers), scores.graph().scalar(1));
    Value chosen = Selection.overwritten(Elementwise.sub(scores, scores), picked, marks);
    return new Sample(Layout.slice(marks, 1, 0, 1), chosen, scores);
  }

  /** Significance (Eq. 4): attention times norm, of each token in all. */
  private Value scores(Value query, Value k, Value v, Value real) {
    long all = k.dimension(3);
    Value logits = Products.matMul(query, k);
    Value powers = Elementwise.exp(Elementwise.sub(logits, Reductions.max(logits, -1)));
    if (real != null) {
      powers = Elementwise.mul(powers, Layout.reshape(real, Shape.batch(1, 1, all)));
    }
    Value total = Elementwise.add(Reductions.sum(powers, -1), logits.graph().scalar(EPSILON));
    Value probabilities = Elementwise.div(Elementwise.add(powers, share(v)), total);
    Value attention = Layout.reshape(Reductions.sum(probabilities, 1), Shape.batch(all));
    Value squares = Reductions.sum(Reductions.sum(Elementwise.mul(v, v), -1), 1);
    Value norms = Elementwise.sqrt(Layout.reshape(squares, Shape.batch(all)));
    Value significance = Elementwise.mul(attention, norms);
    if (real != null) {
      significance = Elementwise.mul(significance, real);
    }
    Value patches = Selection.withoutFirst(significance, Shape.oneLess(all));
    return Elementwise.div(patches, Reductions.sum(patches, 1));
  }

  /** Epsilon / N, a scalar or [1]. */
  private Value share(Value v) {
    if (constantEpsilon || v.dimension(2) >= 0) {
      long count = constantEpsilon ? places : v.dimension(2);
      return v.graph().scalar(EPSILON / count);
    }
    Value count = Elementwise.cast(Selection.size(v, 2), DataType.FLOAT32);
    return Elementwise.div(v.graph().scalar(EPSILON), count);
  }

  /**
   * Ranks whose place in the distribution is nearest to a point (Eq. 6).
   *
   * @param ascending scores [B, n]
   * @return int64 [B, points]
   */
  private Value ranks(Value ascending) {
    Value sums = Reductions.cumulativeSum(ascending, 1);
    Value least = Reductions.min(sums, 1);
    Value range = Elementwise.sub(Reductions.max(sums, 1), least);
    Value distribution = Elementwise.div(Elementwise.sub(sums, least), range);
    Value one = sums.graph().scalar(1);
    Value zeros = Elementwise.sub(one, Elementwise.sign(distribution));
    Value above = Elementwise.mul(zeros, sums.graph().scalar(ABOVE_ALL));
    Value start = Reductions.min(Elementwise.add(distribution, above), 1);
    Value points = points(start);
    Value distances =
        Elementwise.abs(
            Elementwise.sub(
                Layout.reshape(points, Shape.batch(points.dimension(1), 1)),
                Layout.reshape(distribution, Shape.batch(1, distribution.dimension(1)))));
    return Reductions.argMin(distances, 2);
  }

  /**
   * From the first token's place to 1: start + (line_t (K-1) - start t) / (K-1).
   *
   * @param start [B, 1]
   * @return [B, K]
   */
  private Value points(Value start) {
    int last = places - 2;
    Value line = constant(start, "linspace_", t -> t / (double) last);
    Value steps = constant(start, "steps_", t -> t);
    Value span = start.graph().scalar(last);
    Value moved = Elementwise.sub(Elementwise.mul(line, span), Elementwise.mul(start, steps));
    return Elementwise.add(start, Elementwise.div(moved, span));
  }

  private Value constant(Value start, String name, IntToDoubleFunction value) {
    int count = places - 1;
    return start
        .graph()
        .constant(
            Constant.exact(
                name + count,
                Shape.of(count),
                () -> {
                  float[] values = new float[count];
                  for (int t = 0; t < count; t++) {
                    values[t] = (float) value.applyAsDouble(t);
                  }
                  return values;
                }));
  }
}
