package ai.dvt.client.load.figures;

import java.util.Arrays;

/**
 * A median and its 95 % interval by order statistics: the innermost pair of the ordered values
 * (k-th smallest, k-th largest) that a binomial(n, 1/2) says holds the true median in at least 95 %
 * of all experiments. No assumption on the distribution. Nine values: the second and the eighth
 * (96.1 %); fewer than six reach no 95 % and give their whole range.
 *
 * @param values how many there were
 * @param coverage the interval's true confidence
 */
public record MedianInterval(double median, double lo, double hi, int values, double coverage) {
  private static final double CONFIDENCE = 0.95;

  /**
   * Of these values, in any order.
   *
   * @throws IllegalArgumentException without values
   */
  public static MedianInterval of(double[] values) {
    int n = values.length;
    if (n == 0) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    int rank = 1;
    double outside = 2 * Math.pow(0.5, n);
    double term = Math.pow(0.5, n);
    for (int k = 2; 2 * k <= n; k++) {
      term *= (double) (n - k + 2) / (k - 1);
      if (outside + 2 * term > 1 - CONFIDENCE) {
        break;
      }
      outside += 2 * term;
      rank = k;
    }
    return new MedianInterval(
        median, sorted[rank - 1], sorted[n - rank], n, n == 1 ? 0 : 1 - outside);
  }

  /** Whether the interval has the 95 % it is called by. */
  public boolean sure() {
    return coverage >= CONFIDENCE;
  }
}
