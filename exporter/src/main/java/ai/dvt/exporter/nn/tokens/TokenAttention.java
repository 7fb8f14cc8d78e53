package ai.dvt.exporter.nn.tokens;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Value;

/** The attention of a {@link TokenMixer}. */
public sealed interface TokenAttention permits Performer, SingleHead {
  /**
   * @param x [B, N, C], normalised
   * @return v + proj(...), [B, N, T], the last addition open
   */
  Residual forward(Formulation formulation, Value x);

  /** For inputs whose element i was element {@code order[i]}. */
  TokenAttention reordered(int[] order);
}
