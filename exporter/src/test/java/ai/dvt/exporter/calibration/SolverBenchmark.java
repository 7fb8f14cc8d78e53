package ai.dvt.exporter.calibration;

import java.util.List;

/**
 * Time and accuracy of the solvers: three exits, 50,000 made-up records, 59 budgets, one thread.
 */
public final class SolverBenchmark {
  private SolverBenchmark() {}

  public static void main(String[] arguments) throws CalibrationException {
    ExitTable table =
        ExitTable.of(
            MadeUpRecords.make(50_000, 3, 10_000_000, 9),
            List.of(0.472, 1.462, 3.498),
            ExitOrder.CONFIDENCE,
            0);
    List<Double> budgets = ThresholdSolver.spread(table, 59);
    List<SolvedPoint> exact = List.of();
    for (ThresholdSolver solver :
        List.of(new ExactSolver(), new GeneticSolver(1), new QuantileSolver())) {
      long start = System.nanoTime();
      List<SolvedPoint> points = solver.solve(table, budgets);
      double seconds = (System.nanoTime() - start) / 1e9;
      exact = exact.isEmpty() ? points : exact;
      double worst = 0;
      double sum = 0;
      for (int i = 0; i < points.size(); i++) {
        double behind = exact.get(i).accuracy() - points.get(i).accuracy();
        worst = Math.max(worst, behind);
        sum += behind;
      }
      System.out.printf(
          "%-15s %.2f s, behind exact: %.3f points on average, %.3f at most%n",
          solver.getClass().getSimpleName(), seconds, 100 * sum / points.size(), 100 * worst);
    }
  }
}
