package ai.dvt.exporter.calibration;

import java.util.ArrayList;
import java.util.List;

/** Finds thresholds of high accuracy within average costs (DVT, Eq. 10). */
public interface ThresholdSolver {
  /**
   * @param budgets average costs, 1e9 multiply-adds, each within {@link ExitTable#costRange}
   * @return one point a budget, in order, each costing at most its budget
   * @throws CalibrationException for a budget outside the exits' costs
   */
  List<SolvedPoint> solve(ExitTable table, List<Double> budgets) throws CalibrationException;

  /**
   * Budgets from the first exit's cost to the last one's, equally far apart.
   *
   * @param points at least 2, or 1 for the last exit's cost alone
   */
  static List<Double> spread(ExitTable table, int points) throws CalibrationException {
    if (points < 1) {
      throw new CalibrationException("points", points, ">= 1");
    }
    double lowest = table.costRange().get(0);
    double highest = table.costRange().get(1);
    List<Double> budgets = new ArrayList<>();
    for (int i = 0; i < points - 1; i++) {
      budgets.add(lowest + (highest - lowest) * i / (points - 1));
    }
    budgets.add(highest);
    return budgets;
  }

  /** Refuses budgets that no thresholds, or all of them, keep. */
  static void check(ExitTable table, List<Double> budgets) throws CalibrationException {
    double lowest = table.costRange().get(0);
    double highest = table.costRange().get(1);
    for (double budget : budgets) {
      if (!(budget >= lowest && budget <= highest)) {
        throw new CalibrationException(
            "budget",
            budget + " GFLOPs",
            lowest + " to " + highest + ", the costs of the first and the last exit");
      }
    }
  }
}
