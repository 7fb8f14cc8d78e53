package ai.dvt.cascade;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Exits by lot, for measuring: a seeded hash of an image's number picks its exit, so that the exits
 * come mixed and every program that measures picks the same ones.
 *
 * @param shares fraction of the images that leave at each exit; together 1
 */
public record ForcedExits(List<Double> shares, long seed) {
  private static final double SUM_TOLERANCE = 1e-6;

  public ForcedExits {
    shares = List.copyOf(shares);
    double sum = 0;
    for (double share : shares) {
      if (!(share >= 0 && share <= 1)) {
        throw new ContractException("exits", shares, "shares of 0 to 1");
      }
      sum += share;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new ContractException("exits", shares, "shares that sum up to 1");
    }
  }

  /**
   * Reads {@code 0.60,0.25,0.15}.
   *
   * @throws ContractException for anything else
   */
  public static ForcedExits parse(String text, long seed) {
    List<Double> shares = new ArrayList<>();
    for (String share : text.split(",", -1)) {
      try {
        shares.add(new BigDecimal(share.strip()).doubleValue());
      } catch (NumberFormatException e) {
        throw new ContractException("exits", '"' + text + '"', "shares, e.g. 0.60,0.25,0.15");
      }
    }
    return new ForcedExits(shares, seed);
  }

  /**
   * Where an image leaves.
   *
   * @param image its number
   * @return from 1
   */
  public int exit(long image) {
    double drawn = (mixed(seed + (image + 1) * 0x9e3779b97f4a7c15L) >>> 11) * 0x1p-53;
    double below = 0;
    int last = 1;
    for (int exit = 1; exit <= shares.size(); exit++) {
      if (shares.get(exit - 1) > 0) {
        last = exit;
        below += shares.get(exit - 1);
        if (drawn < below) {
          return exit;
        }
      }
    }
    return last;
  }

  /** The output function of SplitMix64 (Steele, Lea and Flood, 2014). */
  private static long mixed(long state) {
    long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
