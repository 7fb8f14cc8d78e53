package ai.dvt.client.load.figures;

import java.util.Arrays;
import java.util.OptionalDouble;

/** Percentiles by nearest rank: the smallest value that at least this share does not exceed. */
public final class Percentiles {
  private final long[] sorted;

  private Percentiles(long[] sorted) {
    this.sorted = sorted;
  }

  /** Of these values, in any order; the array stays as it is. */
  public static Percentiles of(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Percentiles(sorted);
  }

  /**
   * The value at a percentile.
   *
   * @param percent above 0, at most 100
   * @return empty without values
   */
  public OptionalDouble at(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent: " + percent + " (expected: 0 < p <= 100)");
    }
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    // Products of round numbers must not be a rank too high for a rounding error.
    int rank = (int) Math.ceil(percent / 100 * sorted.length - 1e-9);
    return OptionalDouble.of(sorted[Math.max(1, rank) - 1]);
  }
}
