package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Value;

/**
 * DeiT's front: every patch projected by a convolution whose stride is its kernel.
 *
 * @param weight [D, 3, kernel, kernel]
 * @param bias [D]
 * @param padding zeros on every side
 */
public record PatchProjection(Constant weight, Constant bias, int padding) implements Front {
  @Override
  public Value forward(Formulation formulation, Value image) {
    return formulation.patches(
        image, image.graph().constant(weight), image.graph().constant(bias), padding);
  }
}
