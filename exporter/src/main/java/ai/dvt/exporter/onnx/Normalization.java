package ai.dvt.exporter.onnx;

import java.util.Arrays;
import java.util.List;

/** Layer normalisation over the last axis, by ONNX's operator or ONNX Runtime's. */
public final class Normalization {
  private static final String MICROSOFT = "com.microsoft";

  private Normalization() {}

  /**
   * ONNX's LayerNormalization.
   *
   * @param x [..., width]
   * @param scale [width]
   * @param shift [width]
   */
  public static Value layerNorm(Value x, Value scale, Value shift, float epsilon) {
    check("LayerNormalization", x, scale, shift);
    return x.graph()
        .node(
            "LayerNormalization",
            x.dataType(),
            x.shape(),
            List.of(x, scale, shift),
            Attributes.of("axis", -1L),
            Attributes.of("epsilon", epsilon));
  }

  /** What com.microsoft's SkipLayerNormalization makes: the normalised sum, and the sum. */
  public record Skipped(Value normalized, Value sum) {}

  /**
   * ONNX Runtime's SkipLayerNormalization: adds, then normalises, and gives both.
   *
   * @param x [batch, tokens, width]
   * @param skip shape of x, or [tokens, width] or [1, tokens, width] for every image the same
   * @param bias [width] added to both, or null
   */
  public static Skipped skipLayerNorm(
      Value x, Value skip, Value scale, Value shift, Value bias, float epsilon) {
    check("SkipLayerNormalization", x, scale, shift);
    Shape widened = Shape.broadcast("skip of " + x.name(), x.shape(), skip.shape());
    if (x.shape().rank() != 3 || !widened.equals(x.shape()) || skip.dimension(-1) == 1) {
      throw new GraphException(
          "SkipLayerNormalization of " + x.name(),
          x.shape() + " with skip " + skip.shape(),
          "[batch, tokens, width] and the same, or [tokens, width]");
    }
    GraphBuilder graph = x.graph();
    Value normalized = graph.result("SkipLayerNormalization", x.dataType(), x.shape());
    Value sum = graph.result("SkipSum", x.dataType(), x.shape());
    graph.append(
        MICROSOFT,
        "SkipLayerNormalization",
        bias == null ? List.of(x, skip, scale, shift) : List.of(x, skip, scale, shift, bias),
        Arrays.asList(normalized, null, null, sum),
        Attributes.of("epsilon", epsilon));
    return new Skipped(normalized, sum);
  }

  private static void check(String operator, Value x, Value scale, Value shift) {
    Shape width = Shape.of(x.dimension(-1));
    if (!scale.shape().equals(width) || !shift.shape().equals(width)) {
      throw new GraphException(
          operator + " of " + x.name(),
          "scale " + scale.shape() + ", shift " + shift.shape(),
          width + ", the last axis of " + x.shape());
    }
  }
}
