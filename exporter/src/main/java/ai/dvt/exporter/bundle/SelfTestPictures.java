package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.npy.NpyArray;
import java.util.Random;

/**
 * A few synthetic pictures, the same for every export of one size: crossing waves of a seeded
 * direction and length in each channel, with a little grain. No area is flat, because the LayerNorm
 * of a constant patch amplifies rounding and would blur the comparison.
 */
final class SelfTestPictures {
  private static final int MOST = 4;
  private static final int MOST_BYTES = 1_500_000;
  private static final int WAVES = 3;
  private static final int GRAIN = 6;

  private SelfTestPictures() {}

  /** How many: four, fewer of large pictures, lest a model's folder be mostly self-test. */
  static int count(Preprocessing preprocessing) {
    int bytes = 3 * preprocessing.height() * preprocessing.width() * Float.BYTES;
    return Math.max(1, Math.min(MOST, MOST_BYTES / bytes));
  }

  /** Normalised input, float32 [{@link #count}, 3, height, width]. */
  static NpyArray input(Preprocessing preprocessing) {
    return input(preprocessing, count(preprocessing));
  }

  /** The first of these pictures, float32 [count, 3, height, width]. */
  static NpyArray input(Preprocessing preprocessing, int count) {
    int height = preprocessing.height();
    int width = preprocessing.width();
    float[] values = new float[count * 3 * height * width];
    int at = 0;
    for (int picture = 0; picture < count; picture++) {
      Random random = new Random(1234 + picture);
      for (int channel = 0; channel < 3; channel++) {
        float mean = preprocessing.mean().get(channel);
        float std = preprocessing.std().get(channel);
        double[][] waves = waves(random);
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            int level = level(waves, (double) y / height, (double) x / width, random);
            values[at++] = (level / 255f - mean) / std;
          }
        }
      }
    }
    return NpyArray.ofFloats(values, count, 3, height, width);
  }

  /** Rows of {cycles down, cycles across, phase}. */
  private static double[][] waves(Random random) {
    double[][] waves = new double[WAVES][];
    for (int i = 0; i < WAVES; i++) {
      double cycles = 1 << i;
      waves[i] =
          new double[] {
            cycles * (0.5 + random.nextDouble()),
            cycles * (0.5 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1),
            2 * Math.PI * random.nextDouble()
          };
    }
    return waves;
  }

  /** A grey level in 0..255; never clipped, as three waves of 40 and the grain stay within. */
  private static int level(double[][] waves, double down, double across, Random random) {
    double sum = 127.5;
    for (double[] wave : waves) {
      sum += 40 * StrictMath.sin(2 * Math.PI * (wave[0] * down + wave[1] * across) + wave[2]);
    }
    return (int) Math.round(sum) + random.nextInt(2 * GRAIN + 1) - GRAIN;
  }
}
