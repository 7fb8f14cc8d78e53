package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Value;
import java.util.List;

/**
 * LV-ViT's front: convolutions with ReLU, the first of stride 2, then patches.
 *
 * @param convolutions in order; any batch norm is inside their weights already
 */
public record StemProjection(List<Convolution> convolutions, PatchProjection patches)
    implements Front {
  /**
   * A convolution that keeps the size of the picture but for its stride.
   *
   * @param weight [out, in, kernel, kernel]
   * @param bias [out]
   */
  public record Convolution(Constant weight, Constant bias, int stride) {
    /**
     * A convolution without bias and the batch norm behind it as one convolution.
     *
     * @param scale [out], and so the others
     */
    public static Convolution folded(
        Constant weight,
        Constant scale,
        Constant shift,
        Constant mean,
        Constant variance,
        float epsilon,
        int stride) {
      Constant folded =
          weight.mapped(
              weight.name() + ".folded",
              values -> {
                double[] factor = factors(scale, variance, epsilon);
                int each = values.length / factor.length;
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (values[i] * factor[i / each]);
                }
                return values;
              });
      Constant bias =
          shift.mapped(
              shift.name() + ".folded",
              values -> {
                double[] factor = factors(scale, variance, epsilon);
                float[] means = mean.floats();
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (values[i] - means[i] * factor[i]);
                }
                return values;
              });
      return new Convolution(folded, bias, stride);
    }

    private static double[] factors(Constant scale, Constant variance, float epsilon) {
      float[] scales = scale.floats();
      float[] variances = variance.floats();
      double[] factors = new double[scales.length];
      for (int i = 0; i < factors.length; i++) {
        factors[i] = scales[i] / Math.sqrt((double) variances[i] + epsilon);
      }
      return factors;
    }

    Value forward(Value x) {
      int kernel = Math.toIntExact(weight.shape().dimension(2));
      Value w = x.graph().constant(weight);
      Value b = x.graph().constant(bias);
      return Elementwise.relu(Products.conv(x, w, b, stride, kernel / 2, 1));
    }
  }

  public StemProjection {
    convolutions = List.copyOf(convolutions);
  }

  @Override
  public Value forward(Formulation formulation, Value image) {
    Value x = image;
    for (Convolution convolution : convolutions) {
      x = convolution.forward(x);
    }
    return patches.forward(formulation, x);
  }
}
