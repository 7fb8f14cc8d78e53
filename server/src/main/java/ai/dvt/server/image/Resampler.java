package ai.dvt.server.image;

/**
 * The two passes of Pillow's resize: along rows first, rounded to uint8, then along columns. Keeps
 * its row buffers between calls; for one thread at a time.
 *
 * <p>Only a window of horizontally resized rows is alive, as many as one output row reads, so that
 * both passes work in the processor's first cache.
 */
final class Resampler {
  private byte[] source = new byte[0];
  private int[] window = new int[0];
  private int[] sums = new int[0];

  /**
   * @param x the columns wanted
   * @param y the rows wanted
   * @return uint8 [3, y.outputs, x.outputs]
   */
  byte[] resample(RgbPicture picture, ResampleWeights x, ResampleWeights y) {
    int width = x.outputs();
    int height = y.outputs();
    int firstColumn = x.firstInput();
    int columns = x.endInput() - firstColumn;
    int rowLength = 3 * width;
    int taps = y.taps();
    if (source.length < 3 * columns) {
      source = new byte[3 * columns];
    }
    if (window.length < taps * rowLength) {
      window = new int[taps * rowLength];
    }
    if (sums.length < rowLength) {
      sums = new int[rowLength];
    }
    byte[] out = new byte[rowLength * height];
    int nextRow = y.firstInput();
    for (int i = 0; i < height; i++) {
      int start = y.starts()[i];
      nextRow = Math.max(nextRow, start);
      for (; nextRow < start + taps; nextRow++) {
        picture.readRow(nextRow, firstColumn, columns, source);
        alongRow(source, firstColumn, x, window, nextRow % taps * rowLength);
      }
      alongColumns(y.weights(), i * taps, taps, start, rowLength);
      for (int channel = 0; channel < 3; channel++) {
        store(sums, channel * width, out, (channel * height + i) * width, width);
      }
    }
    return out;
  }

  /** Resizes one row; writes [3, width] values of 0..255 at {@code at}. */
  private static void alongRow(
      byte[] source, int firstColumn, ResampleWeights x, int[] into, int at) {
    int[] starts = x.starts();
    int[] weights = x.weights();
    int taps = x.taps();
    int width = starts.length;
    for (int i = 0; i < width; i++) {
      int red = ResampleWeights.HALF;
      int green = ResampleWeights.HALF;
      int blue = ResampleWeights.HALF;
      int from = 3 * (starts[i] - firstColumn);
      int weightsEnd = (i + 1) * taps;
      for (int w = i * taps; w < weightsEnd; w++, from += 3) {
        int weight = weights[w];
        red += weight * (source[from] & 0xff);
        green += weight * (source[from + 1] & 0xff);
        blue += weight * (source[from + 2] & 0xff);
      }
      into[at + i] = level(red);
      into[at + width + i] = level(green);
      into[at + 2 * width + i] = level(blue);
    }
  }

  /** Sums the window's rows into {@code sums}. */
  private void alongColumns(int[] weights, int firstWeight, int taps, int start, int rowLength) {
    java.util.Arrays.fill(sums, 0, rowLength, ResampleWeights.HALF);
    for (int tap = 0; tap < taps; tap++) {
      int weight = weights[firstWeight + tap];
      if (weight != 0) {
        add(window, (start + tap) % taps * rowLength, weight, sums, rowLength);
      }
    }
  }

  private static void add(int[] row, int at, int weight, int[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += weight * row[at + i];
    }
  }

  private static void store(int[] sums, int from, byte[] out, int at, int length) {
    for (int i = 0; i < length; i++) {
      out[at + i] = (byte) level(sums[from + i]);
    }
  }

  private static int level(int sum) {
    return Math.min(Math.max(sum >> ResampleWeights.PRECISION, 0), 255);
  }
}
