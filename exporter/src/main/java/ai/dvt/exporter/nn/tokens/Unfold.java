package ai.dvt.exporter.nn.tokens;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/**
 * A soft split: overlapping windows, each flattened into a token, of a channels-last picture.
 *
 * @param size pixels along one side
 * @param channels of a pixel
 */
record Unfold(int size, int channels, int kernel, int stride, int padding) {
  /** Windows along one side. */
  int grid() {
    return (size + 2 * padding - kernel) / stride + 1;
  }

  /** Elements of a token. */
  int width() {
    return kernel * kernel * channels;
  }

  /**
   * @param pixels [B, size * size, channels]
   * @return [B, grid * grid, kernel * kernel * channels], channels innermost
   */
  Value forward(Value pixels) {
    int padded = size + 2 * padding;
    Value rows = Layout.reshape(pixels, Shape.batch(size, (long) size * channels));
    int columns = padding * channels;
    Value framed =
        padding == 0 ? rows : Layout.padWithZeros(rows, padding, padding, columns, columns);
    Value flat = Layout.reshape(framed, Shape.batch((long) padded * padded, channels));
    Value windows = Layout.gather(flat, 1, flat.graph().constant(indices(padded)));
    return Layout.reshape(windows, Shape.batch((long) grid() * grid(), width()));
  }

  /**
   * Where the elements of a token stand in the authors' order, channel-major: element i here is
   * element {@code order[i]} there.
   */
  int[] order() {
    int[] order = new int[width()];
    int area = kernel * kernel;
    for (int position = 0; position < area; position++) {
      for (int channel = 0; channel < channels; channel++) {
        order[position * channels + channel] = channel * area + position;
      }
    }
    return order;
  }

  private Constant indices(int padded) {
    int[] indices = new int[grid() * grid() * kernel * kernel];
    int at = 0;
    for (int y = 0; y < grid(); y++) {
      for (int x = 0; x < grid(); x++) {
        for (int row = 0; row < kernel; row++) {
          for (int column = 0; column < kernel; column++) {
            indices[at++] = (y * stride + row) * padded + x * stride + column;
          }
        }
      }
    }
    String name = "windows_" + padded + "_" + kernel + "_" + stride;
    return Constant.ints(name, Shape.of(indices.length), indices);
  }
}
