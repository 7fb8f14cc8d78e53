package ai.dvt.server.evaluation.replay;

import java.util.BitSet;

/** A 95 % confidence interval of a fraction, or of a difference of two. */
public record Interval(double low, double high) {
  /** The normal distribution's 97.5 % quantile. */
  private static final double Z = 1.959963984540054;

  /** Wilson's score interval of right answers among n (Wilson, 1927). */
  public static Interval wilson(int right, int n) {
    double p = (double) right / n;
    double scale = 1 + Z * Z / n;
    double centre = (p + Z * Z / (2 * n)) / scale;
    double half = Z / scale * Math.sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /** The difference of two models' accuracies on the same n pictures, picture by picture. */
  public static Interval paired(BitSet right, BitSet baseline, int n) {
    BitSet better = (BitSet) right.clone();
    better.andNot(baseline);
    BitSet worse = (BitSet) baseline.clone();
    worse.andNot(right);
    double gain = better.cardinality();
    double loss = worse.cardinality();
    double mean = (gain - loss) / n;
    double half = Z * Math.sqrt(Math.max(0, (gain + loss) / n - mean * mean) / n);
    return new Interval(mean - half, mean + half);
  }
}
