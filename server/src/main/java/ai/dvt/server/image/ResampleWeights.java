package ai.dvt.server.image;

import java.util.Arrays;

/**
 * Pillow's antialiased bicubic along one axis, for a range of output positions.
 *
 * <p>Output {@code i} of the range is the sum over {@code j} of {@code weights[i * taps + j] *
 * input[starts[i] + j]} in fixed point with {@link #PRECISION} fractional bits; unused taps are
 * zero and stay inside the input.
 *
 * @param starts first input position of each output
 * @param taps input positions an output reads
 * @param weights [outputs, taps]
 */
record ResampleWeights(int[] starts, int taps, int[] weights) {
  static final int PRECISION = 32 - 8 - 2;
  static final int HALF = 1 << (PRECISION - 1);

  /**
   * @param in length of the input axis
   * @param out length of the whole output axis
   * @param first first output position wanted
   * @param count number of output positions wanted
   */
  static ResampleWeights bicubic(int in, int out, int first, int count) {
    if (in == out) {
      return identity(first, count);
    }
    double scale = (double) in / out;
    double filterScale = Math.max(scale, 1.0);
    double support = 2.0 * filterScale;
    double perTap = 1.0 / filterScale;
    int[] starts = new int[count];
    int[] ends = new int[count];
    int taps = 1;
    for (int i = 0; i < count; i++) {
      double centre = (first + i + 0.5) * scale;
      starts[i] = Math.max((int) (centre - support + 0.5), 0);
      ends[i] = Math.min((int) (centre + support + 0.5), in);
      taps = Math.max(taps, ends[i] - starts[i]);
    }
    int[] weights = new int[count * taps];
    double[] exact = new double[taps];
    for (int i = 0; i < count; i++) {
      double centre = (first + i + 0.5) * scale;
      int begin = starts[i];
      int length = ends[i] - begin;
      double sum = 0;
      for (int j = 0; j < length; j++) {
        exact[j] = cubic((begin + j - centre + 0.5) * perTap);
        sum += exact[j];
      }
      starts[i] = Math.min(begin, in - taps);
      int shift = i * taps + begin - starts[i];
      for (int j = 0; j < length; j++) {
        double weight = (sum == 0 ? exact[j] : exact[j] / sum) * (1 << PRECISION);
        weights[shift + j] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
    }
    return new ResampleWeights(starts, taps, weights);
  }

  private static ResampleWeights identity(int first, int count) {
    int[] starts = new int[count];
    int[] weights = new int[count];
    Arrays.setAll(starts, i -> first + i);
    Arrays.fill(weights, 1 << PRECISION);
    return new ResampleWeights(starts, 1, weights);
  }

  /** The Keys cubic with a = -0.5. */
  private static double cubic(double distance) {
    double x = Math.abs(distance);
    double a = -0.5;
    if (x < 1.0) {
      return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    }
    if (x < 2.0) {
      return (((x - 5) * x + 8) * x - 4) * a;
    }
    return 0.0;
  }

  int outputs() {
    return starts.length;
  }

  /** The first input position that any output reads. */
  int firstInput() {
    return starts[0];
  }

  /** One past the last input position that any output reads. */
  int endInput() {
    return starts[starts.length - 1] + taps;
  }
}
