package ai.dvt.exporter.cli;

import ai.dvt.exporter.calibration.CalibrationException;
import ai.dvt.exporter.calibration.ExactSolver;
import ai.dvt.exporter.calibration.ExitTable;
import ai.dvt.exporter.calibration.SolvedPoint;
import java.io.PrintWriter;
import java.util.List;

/** How far a solver stays below the exact one, where that one can tell. */
final class ExactGap {
  private static final int MOST_EXITS = 3;

  private double sum;
  private double most;
  private int points;

  /** Solves the same budgets exactly. */
  void add(ExitTable table, List<Double> budgets, List<SolvedPoint> solved)
      throws CalibrationException {
    if (table.exits() < 2 || table.exits() > MOST_EXITS) {
      return;
    }
    List<SolvedPoint> exact = new ExactSolver().solve(table, budgets);
    for (int i = 0; i < exact.size(); i++) {
      double gap = exact.get(i).accuracy() - solved.get(i).accuracy();
      sum += gap;
      most = Math.max(most, gap);
      points++;
    }
  }

  void print(String solver, PrintWriter out) {
    if (points > 0) {
      out.printf(
          "%s is on average %.3f and at most %.3f points of accuracy below exact at these"
              + " budgets%n",
          solver, 100 * sum / points, 100 * most);
    }
  }
}
