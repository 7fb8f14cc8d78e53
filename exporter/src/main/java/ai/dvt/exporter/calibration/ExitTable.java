package ai.dvt.exporter.calibration;

import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.records.ExitRecords;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The records as the solvers need them: who wants to leave where, who is right where, and what the
 * exits cost.
 */
public final class ExitTable {
  private final float[][] urges;
  private final boolean[][] correct;
  private final double[] gflops;

  /**
   * @param urges [exits - 1][pictures]
   * @param correct [exits][pictures]
   */
  private ExitTable(float[][] urges, boolean[][] correct, double[] gflops) {
    this.urges = urges;
    this.correct = correct;
    this.gflops = gflops;
  }

  /**
   * @param gflops cumulative cost of each exit, 1e9 multiply-adds
   * @param seed of {@link ExitOrder#RANDOM}
   * @throws CalibrationException for no records or another number of exits
   */
  public static ExitTable of(ExitRecords records, List<Double> gflops, ExitOrder order, long seed)
      throws CalibrationException {
    if (records.size() == 0) {
      throw new CalibrationException("records", "none", "at least one picture");
    }
    int exits = records.exits();
    if (gflops.size() != exits) {
      throw new CalibrationException("gflops", gflops, exits + " costs, one per exit");
    }
    double[] costs = gflops.stream().mapToDouble(Double::doubleValue).toArray();
    for (int exit = 0; exit < exits; exit++) {
      boolean valid =
          costs[exit] > 0
              && Double.isFinite(costs[exit])
              && (exit == 0 || costs[exit] >= costs[exit - 1]);
      if (!valid) {
        throw new CalibrationException("gflops", gflops, "cumulative costs > 0, never falling");
      }
    }
    float[][] urges = new float[exits - 1][records.size()];
    boolean[][] correct = new boolean[exits][records.size()];
    Random lot = new Random(seed);
    for (int exit = 0; exit < exits; exit++) {
      for (int picture = 0; picture < records.size(); picture++) {
        correct[exit][picture] = records.correct(picture, exit + 1);
        if (exit < exits - 1) {
          urges[exit][picture] = order.urge(records.outcome(picture, exit + 1), lot) + 0f;
        }
      }
    }
    return new ExitTable(urges, correct, costs);
  }

  /** Number of exits. */
  public int exits() {
    return gflops.length;
  }

  /** Number of pictures. */
  public int size() {
    return correct[0].length;
  }

  /** Cost of the first and of the last exit: the range of average costs. */
  public List<Double> costRange() {
    return List.of(gflops[0], gflops[gflops.length - 1]);
  }

  /**
   * @param exit from 0
   */
  double gflops(int exit) {
    return gflops[exit];
  }

  /**
   * Not to be changed.
   *
   * @param exit from 0, not the last
   */
  float[] urges(int exit) {
    return urges[exit];
  }

  /**
   * Not to be changed.
   *
   * @param exit from 0
   */
  boolean[] correct(int exit) {
    return correct[exit];
  }

  /**
   * Sends all pictures through the cascade.
   *
   * @param thresholds of urges, one per exit but the last, {@link Thresholds#NEVER} for nobody
   */
  public SolvedPoint replay(float[] thresholds) {
    long[] taken = new long[exits()];
    long right = count(thresholds, taken);
    List<Float> values = new ArrayList<>();
    for (float threshold : thresholds) {
      values.add(threshold);
    }
    double n = size();
    return new SolvedPoint(
        values,
        right / n,
        averageGflops(taken),
        Arrays.stream(taken).mapToObj(count -> count / n).toList());
  }

  /**
   * Counts without making a record.
   *
   * @param taken filled with the number of pictures of each exit
   * @return number of pictures answered right
   */
  long count(float[] thresholds, long[] taken) {
    int last = exits() - 1;
    Arrays.fill(taken, 0);
    long right = 0;
    for (int picture = 0; picture < size(); picture++) {
      int exit = 0;
      while (exit < last && !leaves(urges[exit][picture], thresholds[exit])) {
        exit++;
      }
      taken[exit]++;
      right += correct[exit][picture] ? 1 : 0;
    }
    return right;
  }

  private static boolean leaves(float urge, float threshold) {
    return urge >= threshold;
  }

  /**
   * Whether each picture is answered right.
   *
   * @param thresholds as in {@link #replay}
   */
  boolean[] answers(List<Float> thresholds) {
    int last = exits() - 1;
    boolean[] right = new boolean[size()];
    for (int picture = 0; picture < right.length; picture++) {
      int exit = 0;
      while (exit < last && !leaves(urges[exit][picture], thresholds.get(exit))) {
        exit++;
      }
      right[picture] = correct[exit][picture];
    }
    return right;
  }

  /** Sum of share times cost. */
  double averageGflops(long[] taken) {
    double sum = 0;
    for (int exit = 0; exit < taken.length; exit++) {
      sum += (double) taken[exit] / size() * gflops[exit];
    }
    return sum;
  }

  /** Pictures by rising urge at an exit. */
  int[] byRisingUrge(int exit) {
    long[] keys = new long[size()];
    for (int picture = 0; picture < keys.length; picture++) {
      int bits = Float.floatToRawIntBits(urges[exit][picture]);
      int sortable = bits ^ (bits >> 31 & Integer.MAX_VALUE);
      keys[picture] = (long) sortable << Integer.SIZE | picture;
    }
    Arrays.sort(keys);
    int[] pictures = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      pictures[i] = (int) keys[i];
    }
    return pictures;
  }
}
