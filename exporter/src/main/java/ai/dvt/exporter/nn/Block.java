package ai.dvt.exporter.nn;

import ai.dvt.exporter.nn.Attention.Attended;
import ai.dvt.exporter.nn.Formulation.Normalized;
import ai.dvt.exporter.onnx.Value;
import java.util.function.UnaryOperator;

/**
 * A transformer layer: z' = z + attention(norm(z)); z = z' + mlp(norm([z', context])) (paper Eqs.
 * 1, 2 and 5).
 */
public record Block(LayerNorm norm1, Attention attention, LayerNorm norm2, Mlp mlp) {
  /**
   * What a block makes.
   *
   * @param stream [B, rows, D]
   * @param logits of its attention, [B, H, rows, N]
   */
  public record Output(Residual stream, Value logits) {}

  /**
   * What its first half makes.
   *
   * @param stream [B, rows, D], the attention's addition open
   */
  public record Attending(Residual stream, Attended attended) {}

  /**
   * @param stream [B, N, D]
   * @param rows how many tokens, from the first, go on; the others only take part in the attention
   * @param widen [B, rows, D] to [B, rows, D + D'] with the context embeddings, or the identity
   * @param relations added to the attention logits, [B, H, rows, N], or null
   */
  public Output forward(
      Formulation formulation,
      Residual stream,
      int rows,
      UnaryOperator<Value> widen,
      Value relations) {
    Attending half = attend(formulation, stream, rows, relations);
    return new Output(mlp(formulation, half.stream(), widen), half.attended().logits());
  }

  /** z + attention(norm(z)); see {@link #forward}. */
  public Attending attend(Formulation formulation, Residual stream, int rows, Value relations) {
    Normalized z = formulation.normalize(stream, norm1);
    Attended attended = attention.forward(formulation, z.normalized(), rows, relations);
    return new Attending(open(Residual.of(z.sum()).first(rows).x(), attended), attended);
  }

  /** The stream after attention, its addition open. */
  public Residual open(Value skip, Attended attended) {
    return new Residual(skip, attended.output(), attention.projection().biasIn(skip));
  }

  /** z + mlp(norm([z, context])); see {@link #forward}. */
  public Residual mlp(Formulation formulation, Residual open, UnaryOperator<Value> widen) {
    Normalized inner = normalize(formulation, open, widen);
    Value output = mlp.product(formulation, inner.normalized());
    return new Residual(inner.sum(), output, mlp.second().biasIn(output));
  }

  private Normalized normalize(Formulation formulation, Residual open, UnaryOperator<Value> widen) {
    if (norm2.scale().shape().dimension(0) == open.x().dimension(-1)) {
      return formulation.normalize(open, norm2);
    }
    Value sum = open.sum();
    Residual widened = Residual.of(widen.apply(sum));
    return new Normalized(formulation.normalize(widened, norm2).normalized(), sum);
  }
}
