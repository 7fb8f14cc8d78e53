package ai.dvt.exporter.nn.pruning;

import ai.dvt.exporter.onnx.Value;

/**
 * The tokens that are left, and why.
 *
 * @param before the tokens that came in, [B, N, D]
 * @param scores of every token that came in but the class token, float32 [B, n], in their order
 */
public record Pruned(TokenStream stream, Value before, Value scores) {}
