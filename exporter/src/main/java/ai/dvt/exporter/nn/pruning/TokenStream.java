package ai.dvt.exporter.nn.pruning;

import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.onnx.Value;

/**
 * The tokens between two layers, class token first.
 *
 * @param tokens [B, N, D]
 * @param positions int64 [B, N], where each stood in the first layer; null: each in its place
 * @param real float32 [B, N], 1 for a token and 0 for an empty place; null: all are tokens
 * @param left [B, N of the first layer, D], every token in its first place as it was when tokens
 *     were last dropped; null: not known, or none was dropped
 */
public record TokenStream(Residual tokens, Value positions, Value real, Value left) {
  /** Tokens beside which nothing is known of those that were dropped. */
  public TokenStream(Residual tokens, Value positions, Value real) {
    this(tokens, positions, real, null);
  }

  /** Tokens of which none was dropped yet. */
  public static TokenStream whole(Residual tokens) {
    return new TokenStream(tokens, null, null);
  }

  /** The same, with what is known of the tokens that were dropped. */
  public TokenStream leaving(Value behind) {
    return new TokenStream(tokens, positions, real, behind);
  }

  /** The same places with other tokens in them. */
  public TokenStream with(Residual changed) {
    return new TokenStream(changed, positions, real, left);
  }
}
