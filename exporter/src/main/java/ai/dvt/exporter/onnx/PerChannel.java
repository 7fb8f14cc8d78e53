package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import java.util.Arrays;

/**
 * A trained tensor as int8 with one float32 scale for each channel: element = values x scale. The
 * scale is the channel's largest magnitude / 127, so nothing is clipped and zero stays zero.
 *
 * @param values int8, of the tensor's shape
 * @param scales float32, of the tensor's rank, 1 on every axis but the channels'
 */
record PerChannel(Constant values, Constant scales) {
  private static final float LEVELS = 127;

  /**
   * @param channels the axis whose slices have a scale each
   */
  static PerChannel of(Constant tensor, int channels) {
    Shape shape = tensor.shape();
    int axis = shape.axis(channels);
    int count = Math.toIntExact(shape.dimension(axis));
    long inner = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      inner *= shape.dimension(i);
    }
    int stride = Math.toIntExact(inner);
    long[] scaleShape = new long[shape.rank()];
    Arrays.fill(scaleShape, 1);
    scaleShape[axis] = count;
    return new PerChannel(
        Constant.bytes(
            tensor.name() + ".int8",
            DataType.INT8,
            shape,
            () -> values(tensor.floats(), count, stride)),
        Constant.exact(
            tensor.name() + ".scale",
            Shape.of(scaleShape),
            () -> scales(tensor.floats(), count, stride)));
  }

  private static float[] scales(float[] elements, int count, int stride) {
    float[] scales = new float[count];
    for (int i = 0; i < elements.length; i++) {
      int channel = i / stride % count;
      scales[channel] = Math.max(scales[channel], Math.abs(elements[i]));
    }
    for (int i = 0; i < count; i++) {
      scales[i] = scales[i] > 0 ? scales[i] / LEVELS : 1;
    }
    return scales;
  }

  private static byte[] values(float[] elements, int count, int stride) {
    float[] scales = scales(elements, count, stride);
    byte[] values = new byte[elements.length];
    for (int i = 0; i < elements.length; i++) {
      values[i] = (byte) Math.rint(elements[i] / scales[i / stride % count]);
    }
    return values;
  }
}
