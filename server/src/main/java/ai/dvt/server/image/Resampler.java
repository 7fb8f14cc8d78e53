package ai.dvt.server.image;

/**
 * The two passes of Pillow's resize: along rows first, rounded to uint8, then along columns. Keeps
 * its row buffers between calls; for one thread at a time.
 *
 * <p>Only a window of horizontally resized rows is alive, as many as one output row reads, so that
 * both passes work in the processor's first cache. Along rows, two rows go through one 64-bit
 * multiplication: sums of the upper row live in the low 32 bits, those of the lower row above them.
 */
final class Resampler {
  private static final long HALVES =
      ResampleWeights.HALF | (long) ResampleWeights.HALF << Integer.SIZE;

  private byte[] upper = new byte[0];
  private byte[] lower = new byte[0];
  private long[] pairs = new long[0];
  private int[][] window = new int[0][0];
  private int[] sums = new int[0];

  /**
   * @param x the columns wanted
   * @param y the rows wanted
   * @param out gets uint8 [3, y.outputs, x.outputs], every value of it
   */
  void resample(RgbPicture picture, ResampleWeights x, ResampleWeights y, byte[] out) {
    int width = x.outputs();
    int height = y.outputs();
    int taps = y.taps();
    reserve(3 * (x.endInput() - x.firstInput()), taps + 1, 3 * width);
    if (x.taps() == 1 && taps == 1) {
      pick(picture, x, y, out);
      return;
    }
    int nextRow = y.firstInput();
    for (int i = 0; i < height; i++) {
      int start = y.starts()[i];
      nextRow = Math.max(nextRow, start);
      for (; nextRow < start + taps; nextRow += 2) {
        twoRows(picture, nextRow, Math.min(nextRow + 1, y.endInput() - 1), x, taps + 1);
      }
      alongColumns(y.weights(), i * taps, taps, start, 3 * width);
      for (int channel = 0; channel < 3; channel++) {
        store(sums, channel * width, out, (channel * height + i) * width, width);
      }
    }
  }

  /** Every output pixel is one input pixel: only the order of channels changes. */
  private void pick(RgbPicture picture, ResampleWeights x, ResampleWeights y, byte[] out) {
    int width = x.outputs();
    int plane = width * y.outputs();
    for (int i = 0; i < y.outputs(); i++) {
      int columns = x.endInput() - x.firstInput();
      picture.readRow(y.starts()[i], x.firstInput(), columns, upper);
      for (int j = 0; j < width; j++) {
        int from = 3 * (x.starts()[j] - x.firstInput());
        int at = i * width + j;
        out[at] = upper[from];
        out[at + plane] = upper[from + 1];
        out[at + 2 * plane] = upper[from + 2];
      }
    }
  }

  private void reserve(int sourceLength, int rows, int rowLength) {
    if (pairs.length < sourceLength) {
      upper = new byte[sourceLength];
      lower = new byte[sourceLength];
      pairs = new long[sourceLength];
    }
    if (window.length < rows || sums.length < rowLength) {
      window = new int[rows][rowLength];
      sums = new int[rowLength];
    }
  }

  /** Resizes two rows into their places in the window: [3, width] values of 0..255 each. */
  private void twoRows(RgbPicture picture, int y, int nextY, ResampleWeights x, int rows) {
    int columns = x.endInput() - x.firstInput();
    picture.readRow(y, x.firstInput(), columns, upper);
    picture.readRow(nextY, x.firstInput(), columns, lower);
    pack(upper, lower, pairs, 3 * columns);
    alongRow(pairs, x, window[y % rows], window[nextY % rows]);
  }

  private static void pack(byte[] low, byte[] high, long[] pairs, int length) {
    for (int i = 0; i < length; i++) {
      pairs[i] = low[i] & 0xffL | (high[i] & 0xffL) << Integer.SIZE;
    }
  }

  private static void alongRow(long[] pairs, ResampleWeights x, int[] upper, int[] lower) {
    int[] starts = x.starts();
    int[] weights = x.weights();
    int taps = x.taps();
    int width = starts.length;
    int firstColumn = x.firstInput();
    for (int i = 0; i < width; i++) {
      long red = HALVES;
      long green = HALVES;
      long blue = HALVES;
      int from = 3 * (starts[i] - firstColumn);
      int end = (i + 1) * taps;
      int tap = i * taps;
      for (; tap + 2 < end; tap += 3, from += 9) {
        long first = weights[tap];
        long second = weights[tap + 1];
        long third = weights[tap + 2];
        red += first * pairs[from] + second * pairs[from + 3] + third * pairs[from + 6];
        green += first * pairs[from + 1] + second * pairs[from + 4] + third * pairs[from + 7];
        blue += first * pairs[from + 2] + second * pairs[from + 5] + third * pairs[from + 8];
      }
      for (; tap < end; tap++, from += 3) {
        long weight = weights[tap];
        red += weight * pairs[from];
        green += weight * pairs[from + 1];
        blue += weight * pairs[from + 2];
      }
      upper[i] = lowLevel(red);
      upper[i + width] = lowLevel(green);
      upper[i + 2 * width] = lowLevel(blue);
      lower[i] = highLevel(red);
      lower[i + width] = highLevel(green);
      lower[i + 2 * width] = highLevel(blue);
    }
  }

  /** Sums the window's rows into {@code sums}. */
  private void alongColumns(int[] weights, int firstWeight, int taps, int start, int length) {
    int rows = taps + 1;
    java.util.Arrays.fill(sums, 0, length, ResampleWeights.HALF);
    int tap = 0;
    for (; tap + 1 < taps; tap += 2) {
      addTwo(
          window[(start + tap) % rows],
          weights[firstWeight + tap],
          window[(start + tap + 1) % rows],
          weights[firstWeight + tap + 1],
          sums,
          length);
    }
    if (tap < taps) {
      add(window[(start + tap) % rows], weights[firstWeight + tap], sums, length);
    }
  }

  private static void addTwo(
      int[] row, int weight, int[] nextRow, int nextWeight, int[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += weight * row[i] + nextWeight * nextRow[i];
    }
  }

  private static void add(int[] row, int weight, int[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] += weight * row[i];
    }
  }

  private static void store(int[] sums, int from, byte[] out, int at, int length) {
    for (int i = 0; i < length; i++) {
      out[at + i] = (byte) level(sums[from + i]);
    }
  }

  private static int lowLevel(long sums) {
    return level((int) sums);
  }

  private static int highLevel(long sums) {
    return level((int) ((sums - (int) sums) >> Integer.SIZE));
  }

  private static int level(int sum) {
    return Math.min(Math.max(sum >> ResampleWeights.PRECISION, 0), 255);
  }
}
