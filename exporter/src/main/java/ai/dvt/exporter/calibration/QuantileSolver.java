package ai.dvt.exporter.calibration;

import ai.dvt.cascade.Thresholds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The authors' sweep over exit ratios: exit k takes a share proportional to p^k of all pictures,
 * the most urgent first. Labels are not looked at.
 */
public final class QuantileSolver implements ThresholdSolver {
  private static final double ROWS_AT_EQUAL_SHARES = 20;
  private static final int BISECTIONS = 50;

  /**
   * The authors' rows: p = 1/20, 2/20, ...
   *
   * @param rows the authors' tables have 59
   */
  public List<SolvedPoint> sweep(ExitTable table, int rows) {
    Quotas quotas = new Quotas(table);
    List<SolvedPoint> points = new ArrayList<>();
    for (int row = 1; row <= rows; row++) {
      points.add(table.replay(quotas.thresholds(row / ROWS_AT_EQUAL_SHARES)));
    }
    return points;
  }

  /** The largest p whose thresholds keep the budget, by bisection. */
  @Override
  public List<SolvedPoint> solve(ExitTable table, List<Double> budgets)
      throws CalibrationException {
    ThresholdSolver.check(table, budgets);
    Quotas quotas = new Quotas(table);
    List<SolvedPoint> points = new ArrayList<>();
    for (double budget : budgets) {
      points.add(table.replay(quotas.within(budget)));
    }
    return points;
  }

  /** Turns shares into thresholds. */
  private static final class Quotas {
    private final ExitTable table;
    private final int[][] byRisingUrge;

    Quotas(ExitTable table) {
      this.table = table;
      this.byRisingUrge = new int[table.exits() - 1][];
      for (int exit = 0; exit < byRisingUrge.length; exit++) {
        byRisingUrge[exit] = table.byRisingUrge(exit);
      }
    }

    float[] within(double budget) {
      float[] thresholds = new float[table.exits() - 1];
      Arrays.fill(thresholds, Float.NEGATIVE_INFINITY);
      for (int exit = 0; exit < thresholds.length; exit++) {
        thresholds[exit] = table.urges(exit)[byRisingUrge[exit][0]];
      }
      long[] taken = new long[table.exits()];
      double low = Math.log(1e-6);
      double high = Math.log(1e6);
      for (int i = 0; i < BISECTIONS; i++) {
        double middle = (low + high) / 2;
        float[] tried = thresholds(Math.exp(middle));
        table.count(tried, taken);
        if (table.averageGflops(taken) <= budget) {
          low = middle;
          thresholds = tried;
        } else {
          high = middle;
        }
      }
      return thresholds;
    }

    /**
     * @param p ratio of each exit's share to the one before
     */
    float[] thresholds(double p) {
      int last = table.exits() - 1;
      double[] ratios = new double[table.exits()];
      double sum = 0;
      for (int exit = 0; exit <= last; exit++) {
        ratios[exit] = Math.pow(p, exit + 1);
        sum += ratios[exit];
      }
      float[] thresholds = new float[last];
      boolean[] taken = new boolean[table.size()];
      int left = table.size();
      for (int exit = 0; exit < last; exit++) {
        int quota = (int) Math.floor(table.size() * (ratios[exit] / sum));
        thresholds[exit] = Thresholds.NEVER;
        if (quota > 0 && quota <= left) {
          left -= take(exit, quota, taken, thresholds);
        }
      }
      return thresholds;
    }

    /** Takes the quota's pictures and all with the last one's urge; returns how many. */
    private int take(int exit, int quota, boolean[] taken, float[] thresholds) {
      float[] urges = table.urges(exit);
      int[] order = byRisingUrge[exit];
      int count = 0;
      for (int i = order.length - 1; i >= 0; i--) {
        int picture = order[i];
        if (count >= quota && urges[picture] < thresholds[exit]) {
          break;
        }
        if (!taken[picture]) {
          if (count < quota) {
            thresholds[exit] = urges[picture];
          }
          taken[picture] = true;
          count++;
        }
      }
      return count;
    }
  }
}
