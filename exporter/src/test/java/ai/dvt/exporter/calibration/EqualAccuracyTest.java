package ai.dvt.exporter.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.exporter.calibration.EqualAccuracy.Margin;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EqualAccuracyTest {
  private static final List<Double> COSTS = List.of(0.5, 1.5, 3.5);
  private final ExitRecords records = MadeUpRecords.make(1400, 3, 100_000, 3);
  private final ExitRecords baseline = lastExit(records);

  @Test
  void the_margin_rule_asks_for_more_than_the_plain_rule() throws Exception {
    ExitTable table = ExitTable.of(records, COSTS, ExitOrder.CONFIDENCE, 0);
    EqualAccuracy equal = new EqualAccuracy(records, baseline);
    List<Candidate> points =
        new ExactSolver()
            .solve(table, ThresholdSolver.spread(table, 59)).stream()
                .map(point -> new Candidate("", table, point))
                .toList();
    Candidate plain = equal.plain(points).orElseThrow();
    Margin strict = new Margin(0, 0.95, 500, 1);
    Candidate safe = equal.withMargin(points, strict).orElseThrow();
    assertThat(plain.accuracy()).isGreaterThanOrEqualTo(equal.baselineAccuracy());
    assertThat(safe.gflops()).isGreaterThan(plain.gflops());
    assertThat(equal.lowerBound(safe, strict)).isGreaterThanOrEqualTo(0);
  }

  @Test
  void a_point_that_answers_as_the_baseline_has_no_margin_to_keep() throws Exception {
    ExitTable table = ExitTable.of(records, COSTS, ExitOrder.CONFIDENCE, 0);
    EqualAccuracy equal = new EqualAccuracy(records, baseline);
    SolvedPoint last = table.replay(new float[] {Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY});
    assertThat(equal.lowerBound(new Candidate("", table, last), Margin.DEFAULT)).isZero();
  }

  /** Against drawing every picture with replacement; two bootstraps of 4,000 resamples agree. */
  @Test
  void the_lower_bound_is_that_of_a_bootstrap_picture_by_picture() throws Exception {
    ExitTable table = ExitTable.of(records, COSTS, ExitOrder.CONFIDENCE, 0);
    EqualAccuracy equal = new EqualAccuracy(records, baseline);
    SolvedPoint point = new ExactSolver().solve(table, List.of(1.0)).get(0);
    boolean[] answers = table.answers(point.urges());
    Random random = new Random(1);
    double[] differences = new double[4000];
    for (int i = 0; i < differences.length; i++) {
      int sum = 0;
      for (int j = 0; j < answers.length; j++) {
        int picture = random.nextInt(answers.length);
        sum += (answers[picture] ? 1 : 0) - (baseline.correct(picture, 1) ? 1 : 0);
      }
      differences[i] = (double) sum / answers.length;
    }
    java.util.Arrays.sort(differences);
    assertThat(equal.lowerBound(new Candidate("", table, point), new Margin(0, 0.95, 4000, 2)))
        .isCloseTo(differences[100], within(0.002));
  }

  @Test
  void a_baseline_of_other_pictures_is_refused() throws Exception {
    ExitRecords other = lastExit(MadeUpRecords.make(1400, 3, 10, 4));
    assertThatThrownBy(() -> new EqualAccuracy(records, other))
        .isInstanceOf(CalibrationException.class)
        .hasMessageStartingWith("baseline: no picture ")
        .hasMessageEndingWith("(expected: the cascade's pictures)");
  }

  private static ExitRecords lastExit(ExitRecords records) {
    ExitRecords.Builder last = new ExitRecords.Builder(1);
    for (int i = 0; i < records.size(); i++) {
      var outcome = records.outcome(i, records.exits());
      last.add(
          records.sha256(i),
          records.label(i),
          List.of(
              new ai.dvt.cascade.ExitOutcome(
                  1,
                  outcome.index(),
                  outcome.confidence(),
                  outcome.secondConfidence(),
                  outcome.entropy())));
    }
    return last.build();
  }
}
