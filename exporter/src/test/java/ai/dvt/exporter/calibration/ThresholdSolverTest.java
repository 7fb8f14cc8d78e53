package ai.dvt.exporter.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.records.ExitRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ThresholdSolverTest {
  private static final List<Double> THREE = List.of(0.5, 1.5, 3.5);

  @ParameterizedTest
  @CsvSource({"12, 1000", "25, 1000", "30, 6", "40, 3", "1, 10", "2, 2"})
  void the_exact_solver_finds_what_trying_all_thresholds_finds(int pictures, int levels)
      throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      ExitTable table = table(MadeUpRecords.make(pictures, 3, levels, seed), THREE);
      List<Double> budgets = ThresholdSolver.spread(table, 9);
      List<SolvedPoint> points = new ExactSolver().solve(table, budgets);
      for (int i = 0; i < budgets.size(); i++) {
        SolvedPoint best = tryAll(table, budgets.get(i));
        assertThat(points.get(i).gflops()).isLessThanOrEqualTo(budgets.get(i) + 1e-6);
        assertThat(points.get(i).accuracy()).as("seed %d", seed).isEqualTo(best.accuracy());
        assertThat(points.get(i).gflops()).isCloseTo(best.gflops(), within(1e-9));
      }
    }
  }

  @Test
  void the_exact_solver_takes_two_exits() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      ExitTable table = table(MadeUpRecords.make(50, 2, 20, seed), List.of(1.0, 4.0));
      List<Double> budgets = ThresholdSolver.spread(table, 7);
      List<SolvedPoint> points = new ExactSolver().solve(table, budgets);
      for (int i = 0; i < budgets.size(); i++) {
        assertThat(points.get(i).accuracy()).isEqualTo(tryAll(table, budgets.get(i)).accuracy());
      }
    }
  }

  @Test
  void one_exit_has_one_point() throws Exception {
    ExitTable table = table(MadeUpRecords.make(50, 1, 20, 1), List.of(2.0));
    for (ThresholdSolver solver :
        List.of(new ExactSolver(), new GeneticSolver(1), new QuantileSolver())) {
      SolvedPoint point = solver.solve(table, List.of(2.0)).get(0);
      assertThat(point.urges()).isEmpty();
      assertThat(point.gflops()).isEqualTo(2.0);
    }
  }

  @Test
  void the_exact_solver_refuses_four_exits() {
    assertThatThrownBy(
            () ->
                new ExactSolver()
                    .solve(
                        table(MadeUpRecords.make(9, 4, 20, 1), List.of(1., 2., 3., 4.)),
                        List.of(2.0)))
        .isInstanceOf(CalibrationException.class)
        .hasMessage("exits: 4 (expected: at most 3 for the exact solver)");
  }

  @ParameterizedTest
  @EnumSource(ExitOrder.class)
  void every_solver_keeps_the_budget_and_none_beats_the_exact_one(ExitOrder order)
      throws Exception {
    ExitTable table = ExitTable.of(MadeUpRecords.make(2000, 3, 500, 7), THREE, order, 5);
    List<Double> budgets = ThresholdSolver.spread(table, 12);
    List<SolvedPoint> exact = new ExactSolver().solve(table, budgets);
    for (ThresholdSolver solver : List.of(new GeneticSolver(3), new QuantileSolver())) {
      List<SolvedPoint> points = solver.solve(table, budgets);
      for (int i = 0; i < budgets.size(); i++) {
        assertThat(points.get(i).gflops()).isLessThanOrEqualTo(budgets.get(i) + 1e-9);
        assertThat(points.get(i).accuracy()).isLessThanOrEqualTo(exact.get(i).accuracy());
      }
    }
  }

  /** Within half a point of the best on 2,000 pictures. */
  @Test
  void the_genetic_algorithm_comes_close_to_the_exact_solver() throws Exception {
    ExitTable table = table(MadeUpRecords.make(2000, 3, 100_000, 7), THREE);
    List<Double> budgets = ThresholdSolver.spread(table, 12);
    List<SolvedPoint> exact = new ExactSolver().solve(table, budgets);
    List<SolvedPoint> genetic = new GeneticSolver(3).solve(table, budgets);
    for (int i = 0; i < budgets.size(); i++) {
      assertThat(exact.get(i).accuracy() - genetic.get(i).accuracy()).isLessThanOrEqualTo(0.005);
    }
    assertThat(new GeneticSolver(3).solve(table, budgets)).isEqualTo(genetic);
  }

  @Test
  void the_genetic_algorithm_takes_more_than_three_exits() throws Exception {
    ExitTable table = table(MadeUpRecords.make(500, 5, 1000, 7), List.of(1., 2., 3., 4., 5.));
    SolvedPoint point = new GeneticSolver(3).solve(table, List.of(2.5)).get(0);
    assertThat(point.gflops()).isLessThanOrEqualTo(2.5);
    assertThat(point.exitShares()).hasSize(5);
  }

  @Test
  void confidence_beats_leaving_by_lot() throws Exception {
    ExitRecords records = MadeUpRecords.make(3000, 3, 1000, 11);
    List<SolvedPoint> wise =
        new QuantileSolver().sweep(ExitTable.of(records, THREE, ExitOrder.CONFIDENCE, 1), 59);
    List<SolvedPoint> lot =
        new QuantileSolver().sweep(ExitTable.of(records, THREE, ExitOrder.RANDOM, 1), 59);
    assertThat(wise.get(19).accuracy()).isGreaterThan(lot.get(19).accuracy() + 0.01);
    assertThat(wise.get(19).gflops()).isEqualTo(lot.get(19).gflops(), within(0.05));
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.api.Assertions.within(offset);
  }

  @Test
  void pictures_with_the_threshold_s_own_confidence_leave_too() throws Exception {
    ExitTable table = table(tied(0.9f, 0.9f, 0.9f, 0.5f, 0.4f, 0.3f), List.of(1.0, 2.0));
    SolvedPoint half = new QuantileSolver().sweep(table, 20).get(5); // p = 0.3: a share of 10/13
    assertThat(half.urges()).containsExactly(0.5f);
    SolvedPoint few = new QuantileSolver().sweep(table, 59).get(58); // p = 2.95: a quota of 1
    assertThat(few.urges()).containsExactly(0.9f);
    assertThat(few.exitShares()).containsExactly(0.5, 0.5);
  }

  @Test
  void an_exit_without_a_quota_is_taken_by_nobody() throws Exception {
    ExitTable table = table(tied(0.9f, 0.4f), List.of(1.0, 2.0));
    SolvedPoint none = new QuantileSolver().sweep(table, 59).get(58);
    assertThat(none.urges()).containsExactly(Thresholds.NEVER);
    assertThat(none.exitShares()).containsExactly(0.0, 1.0);
  }

  @Test
  void an_exit_whose_quota_is_more_than_what_ties_left_is_taken_by_nobody() throws Exception {
    ExitRecords.Builder records = new ExitRecords.Builder(3);
    for (int i = 0; i < 9; i++) {
      records.add("%064x".formatted(i), 0, outcomes(i < 8 ? 0.9f : 0.2f, 0.5f, 0.7f));
    }
    ExitTable table = table(records.build(), THREE);
    SolvedPoint thirds = new QuantileSolver().sweep(table, 20).get(19);
    assertThat(thirds.urges()).containsExactly(0.9f, Thresholds.NEVER);
  }

  @Test
  void a_budget_outside_the_exits_costs_is_refused_with_the_allowed_range() {
    ExitTable table = unchecked(() -> table(MadeUpRecords.make(20, 3, 10, 1), THREE));
    for (ThresholdSolver solver :
        List.of(new ExactSolver(), new GeneticSolver(1), new QuantileSolver())) {
      for (double budget : new double[] {0.49, 3.6, Double.NaN}) {
        assertThatThrownBy(() -> solver.solve(table, List.of(1.0, budget)))
            .isInstanceOf(CalibrationException.class)
            .hasMessage(
                "budget: "
                    + budget
                    + " GFLOPs (expected: 0.5 to 3.5, the costs of the first and the last exit)");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = ExitOrder.class, mode = EnumSource.Mode.EXCLUDE, names = "RANDOM")
  void a_point_decides_in_the_cascade_as_on_the_records(ExitOrder order) throws Exception {
    ExitRecords records = MadeUpRecords.make(400, 3, 50, 2);
    ExitTable table = ExitTable.of(records, THREE, order, 0);
    SolvedPoint point = new ExactSolver().solve(table, List.of(1.4)).get(0);
    OperatingPoint operating = point.named("1.4GFLOPs", Optional.empty(), order);
    assertThat(operating.thresholds().criterion()).isEqualTo(order.criterion().orElseThrow());
    BoundPolicy policy =
        BoundPolicy.of(ExitPolicy.of(operating.thresholds()), THREE, name -> Optional.empty());
    int[] taken = new int[3];
    for (int i = 0; i < records.size(); i++) {
      int exit = 1;
      while (policy.decide(records.outcome(i, exit), BoundPolicy.Circumstances.CALM)
          instanceof ExitDecision.Continue) {
        exit++;
      }
      taken[exit - 1]++;
    }
    for (int exit = 0; exit < 3; exit++) {
      assertThat(taken[exit] / 400.0).isEqualTo(point.exitShares().get(exit));
    }
  }

  @Test
  void no_policy_leaves_by_lot() {
    assertThatThrownBy(() -> ExitOrder.RANDOM.thresholds(List.of(0.5f)))
        .isInstanceOf(CalibrationException.class);
    assertThat(unchecked(() -> ExitOrder.ENTROPY.thresholds(List.of(-0.5f, Thresholds.NEVER))))
        .isEqualTo(new Thresholds(Criterion.ENTROPY, List.of(0.5f, Thresholds.NEVER)));
  }

  /** The best accuracy within the budget, and the least cost that gives it. */
  private static SolvedPoint tryAll(ExitTable table, double budget) {
    SolvedPoint best = null;
    for (float first : thresholds(table, 0)) {
      List<Float> seconds =
          table.exits() == 3 ? new ArrayList<>(thresholds(table, 1)) : List.of(0f);
      for (float second : seconds) {
        SolvedPoint point =
            table.replay(table.exits() == 3 ? new float[] {first, second} : new float[] {first});
        boolean better =
            point.gflops() <= budget * (1 + 1e-9)
                && (best == null
                    || point.accuracy() > best.accuracy()
                    || (point.accuracy() == best.accuracy() && point.gflops() < best.gflops()));
        if (better) {
          best = point;
        }
      }
    }
    return best;
  }

  private static TreeSet<Float> thresholds(ExitTable table, int exit) {
    TreeSet<Float> thresholds = new TreeSet<>(List.of(Thresholds.NEVER));
    for (float urge : table.urges(exit)) {
      thresholds.add(urge);
    }
    return thresholds;
  }

  private static ExitTable table(ExitRecords records, List<Double> gflops)
      throws CalibrationException {
    return ExitTable.of(records, gflops, ExitOrder.CONFIDENCE, 0);
  }

  private static ExitRecords tied(float... confidences) throws CalibrationException {
    ExitRecords.Builder records = new ExitRecords.Builder(2);
    for (int i = 0; i < confidences.length; i++) {
      records.add("%064x".formatted(i), 0, outcomes(confidences[i], 0.7f));
    }
    return records.build();
  }

  private static List<ExitOutcome> outcomes(float... confidences) {
    List<ExitOutcome> outcomes = new ArrayList<>();
    for (float confidence : confidences) {
      outcomes.add(new ExitOutcome(outcomes.size() + 1, 0, confidence, 0, 0));
    }
    return outcomes;
  }

  private static <T> T unchecked(java.util.concurrent.Callable<T> call) {
    try {
      return call.call();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
