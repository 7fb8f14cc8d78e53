/**
 * T2T-ViT's front: soft splits, and the narrow attention between them (Yuan et al., Tokens-to-Token
 * ViT, sections 3.1 and 4).
 *
 * <p>Pictures and token grids are kept channels-last, so that a soft split is one Gather of whole
 * pixels; weights that meet a split window are permuted to that order. Calls {@code nn} and {@code
 * onnx}.
 */
package ai.dvt.exporter.nn.tokens;
