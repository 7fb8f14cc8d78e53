package ai.dvt.exporter.calibration;

import ai.dvt.cascade.Thresholds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The best thresholds there are, up to three exits: sweeps the first exit's threshold upwards, so
 * that pictures join the ones that go on, and for each asks which of those, by rising urge at the
 * second exit, should go on to the third.
 */
public final class ExactSolver implements ThresholdSolver {
  private static final int MOST_EXITS = 3;
  private static final double ROUNDING = 1e-9;

  @Override
  public List<SolvedPoint> solve(ExitTable table, List<Double> budgets)
      throws CalibrationException {
    ThresholdSolver.check(table, budgets);
    if (table.exits() > MOST_EXITS) {
      throw new CalibrationException("exits", table.exits(), "at most 3 for the exact solver");
    }
    if (table.exits() == 1) {
      SolvedPoint only = table.replay(new float[0]);
      return budgets.stream().map(budget -> only).toList();
    }
    Search search = new Search(table, budgets);
    search.run();
    List<SolvedPoint> points = new ArrayList<>();
    for (float[] thresholds : search.thresholds) {
      points.add(table.replay(thresholds));
    }
    return points;
  }

  /** The last two exits are decided by the tree, the one before, if any, by the sweep. */
  private static final class Search {
    private final ExitTable table;
    private final List<Double> budgets;
    private final int inner;
    private final int[] groupOf;
    private final float[] groupUrges;
    private final PrefixTree tree;
    private final float[][] thresholds;
    private final long[] mostRight;
    private final double[] leastCost;

    Search(ExitTable table, List<Double> budgets) {
      this.table = table;
      this.budgets = budgets;
      this.inner = table.exits() - 2;
      int n = table.size();
      this.groupOf = new int[n];
      float[] groups = new float[n];
      int count = 0;
      float[] urges = table.urges(inner);
      for (int picture : table.byRisingUrge(inner)) {
        if (count == 0 || urges[picture] != groups[count - 1]) {
          groups[count++] = urges[picture];
        }
        groupOf[picture] = count - 1;
      }
      this.groupUrges = Arrays.copyOf(groups, count);
      this.tree = new PrefixTree(count);
      this.thresholds = new float[budgets.size()][];
      this.mostRight = new long[budgets.size()];
      this.leastCost = new double[budgets.size()];
      Arrays.fill(mostRight, -1);
    }

    void run() {
      int n = table.size();
      if (inner == 0) {
        long right = 0;
        for (int picture = 0; picture < n; picture++) {
          right += goesOn(picture);
        }
        ask(n, right, Thresholds.NEVER);
        return;
      }
      boolean[] firstRight = table.correct(0);
      long right = 0;
      for (boolean correct : firstRight) {
        right += correct ? 1 : 0;
      }
      float[] urges = table.urges(0);
      int[] order = table.byRisingUrge(0);
      ask(0, right, urges[order[0]]);
      for (int i = 0; i < n; i++) {
        int picture = order[i];
        right += goesOn(picture) - (firstRight[picture] ? 1 : 0);
        boolean last = i + 1 == n;
        if (last || urges[order[i + 1]] != urges[picture]) {
          ask(i + 1, right, last ? Thresholds.NEVER : urges[order[i + 1]]);
        }
      }
    }

    /** Adds a picture to those that reach the inner exit; returns 1 if that one is right. */
    private int goesOn(int picture) {
      int here = table.correct(inner)[picture] ? 1 : 0;
      int next = table.correct(inner + 1)[picture] ? 1 : 0;
      tree.add(groupOf[picture], next - here);
      return here;
    }

    /**
     * @param reached pictures that reach the inner exit
     * @param right pictures answered right if all of them leave there
     * @param firstThreshold of the sweep
     */
    private void ask(int reached, long right, float firstThreshold) {
      int n = table.size();
      double first = inner == 0 ? 0 : (n - reached) * table.gflops(0);
      double spent = first + reached * table.gflops(inner);
      double step = table.gflops(inner + 1) - table.gflops(inner);
      for (int i = 0; i < budgets.size(); i++) {
        double room = budgets.get(i) * n * (1 + ROUNDING) - spent;
        if (room < 0 || right + reached < mostRight[i]) {
          continue;
        }
        long most = step > 0 ? (long) Math.min(reached, room / step) : reached;
        long best = tree.best(most);
        long total = right + (best >> Integer.SIZE);
        if (total < mostRight[i]) {
          continue;
        }
        int end = (int) best;
        double cost = spent + step * tree.countBefore(end);
        if (total > mostRight[i] || cost < leastCost[i]) {
          mostRight[i] = total;
          leastCost[i] = cost;
          float innerThreshold = end == groupUrges.length ? Thresholds.NEVER : groupUrges[end];
          thresholds[i] =
              inner == 0
                  ? new float[] {innerThreshold}
                  : new float[] {firstThreshold, innerThreshold};
        }
      }
    }
  }
}
