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
  /** Fewer channels than this are copied by rows of windows. */
  private static final int NARROW = 16;

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
    return channels < NARROW ? byWindowRows(pixels) : byPixels(pixels);
  }

  /** Copies pixel by pixel, which is fast if a pixel is wide. */
  private Value byPixels(Value pixels) {
    int padded = size + 2 * padding;
    Value flat = Layout.reshape(framed(pixels, padded), Shape.batch(padded * padded, channels));
    return gathered(flat, "pixels_" + padded, kernel * kernel, this::pixel);
  }

  /**
   * Copies the rows of windows: neighbouring blocks of {@code stride} pixels are joined into the
   * rows of all windows first.
   */
  private Value byWindowRows(Value pixels) {
    int blocks = (kernel + stride - 1) / stride;
    int across = Math.max(grid() - 1 + blocks, (size + 2 * padding + stride - 1) / stride);
    int height = size + 2 * padding;
    Value image = framed(pixels, across * stride);
    Value tiles = Layout.reshape(image, Shape.batch(height, across, stride * channels));
    Value[] parts = new Value[blocks];
    for (int i = 0; i < blocks; i++) {
      Value part = Layout.slice(tiles, 2, i, i + grid());
      int width = Math.min(stride, kernel - i * stride);
      parts[i] = width == stride ? part : Layout.slice(part, 3, 0, width * channels);
    }
    Value rows = blocks == 1 ? parts[0] : Layout.concat(3, parts);
    Value flat = Layout.reshape(rows, Shape.batch(height * grid(), kernel * channels));
    return gathered(flat, "rows_" + size, kernel, this::windowRow);
  }

  /** [B, size + 2 padding, columns * channels]: zeros around, more of them on the right. */
  private Value framed(Value pixels, int columns) {
    Value rows = Layout.reshape(pixels, Shape.batch(size, size * channels));
    int right = columns - size - padding;
    return padding == 0 && right == 0
        ? rows
        : Layout.padWithZeros(rows, padding, padding, padding * channels, right * channels);
  }

  private Value gathered(Value flat, String name, int pieces, Piece piece) {
    int[] indices = new int[grid() * grid() * pieces];
    int at = 0;
    for (int y = 0; y < grid(); y++) {
      for (int x = 0; x < grid(); x++) {
        for (int i = 0; i < pieces; i++) {
          indices[at++] = piece.index(y, x, i);
        }
      }
    }
    String full = "windows_of_" + name + "_by_" + kernel + "_" + stride + "_" + padding;
    Constant constant = Constant.ints(full, Shape.of(indices.length), indices);
    Value windows = Layout.gather(flat, 1, flat.graph().constant(constant));
    return Layout.reshape(windows, Shape.batch(grid() * grid(), width()));
  }

  private int pixel(int y, int x, int i) {
    int padded = size + 2 * padding;
    return (y * stride + i / kernel) * padded + x * stride + i % kernel;
  }

  private int windowRow(int y, int x, int row) {
    return (y * stride + row) * grid() + x;
  }

  /** Where piece i of window (y, x) lies. */
  private interface Piece {
    int index(int y, int x, int i);
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
}
