package ai.dvt.exporter.nn.tokens;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Formulation.Normalized;
import ai.dvt.exporter.nn.LayerNorm;
import ai.dvt.exporter.nn.Mlp;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Value;

/**
 * The narrow transformer between two soft splits: z = v + proj(attention(norm(x))), where the skip
 * connection starts at the values v; then z + mlp(norm(z)).
 */
public record TokenMixer(LayerNorm norm1, TokenAttention attention, LayerNorm norm2, Mlp mlp) {
  /**
   * @param x [B, N, C]
   * @return [B, N, T]
   */
  Value forward(Formulation formulation, Value x) {
    Value normalized = formulation.normalize(Residual.of(x), norm1).normalized();
    Normalized z = formulation.normalize(attention.forward(formulation, normalized), norm2);
    Value output = mlp.product(formulation, z.normalized());
    return new Residual(z.sum(), output, mlp.second().biasIn(output)).sum();
  }

  /** For inputs whose element i was element {@code order[i]}. */
  TokenMixer reordered(int[] order) {
    return new TokenMixer(
        new LayerNorm(
            Reordering.of(norm1.scale(), order),
            Reordering.of(norm1.shift(), order),
            norm1.epsilon()),
        attention.reordered(order),
        norm2,
        mlp);
  }
}
