package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Shape;
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
    int kernel = Math.toIntExact(weight.shape().dimension(2));
    Value map =
        Products.conv(
            image,
            image.graph().constant(weight),
            image.graph().constant(bias),
            kernel,
            padding,
            1);
    Shape flat = Shape.batch(map.dimension(1), map.dimension(2) * map.dimension(3));
    return Layout.transpose(Layout.reshape(map, flat), 0, 2, 1);
  }
}
