package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Constant;

/**
 * Weights of a layer normalisation over the last axis.
 *
 * @param scale [D]
 * @param shift [D]
 * @param epsilon added to the variance
 */
public record LayerNorm(Constant scale, Constant shift, float epsilon) {}
