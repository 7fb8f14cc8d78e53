/**
 * Dropping tokens between and inside blocks: DynamicViT's predictor, EViT's class attention and
 * ATS's adaptive sampling.
 *
 * <p>A token keeps its position from the first layer wherever it stands later: 0 the class token, 1
 * to before N the patches, row-major, N + b the token that EViT fused in layer b. Calls {@code nn}
 * and {@code onnx}; knows no file and no key name.
 */
package ai.dvt.exporter.nn.pruning;
