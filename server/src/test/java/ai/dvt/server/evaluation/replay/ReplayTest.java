package ai.dvt.server.evaluation.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.records.ExitRecords;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private static final List<Double> COSTS = List.of(1.0, 4.0);

  /** Exit 1 is right where it is sure, exit 2 always. */
  private static ExitRecords records(int pictures) {
    Random random = new Random(3);
    ExitRecords.Builder records = new ExitRecords.Builder(2);
    for (int i = 0; i < pictures; i++) {
      float sure = 0.5f + random.nextFloat() / 2;
      boolean right = random.nextFloat() < sure;
      records.add(
          "%064x".formatted(i),
          7,
          List.of(
              new ExitOutcome(1, right ? 7 : 8, sure, 1 - sure, 1 - sure),
              new ExitOutcome(2, 7, 0.9f, 0.1f, 0.3f)));
    }
    return records.build();
  }

  private static PointResult replay(ExitRecords records, String policy) {
    return PointResult.of(
        records, BoundPolicy.of(ExitPolicy.parse(policy), COSTS, name -> Optional.empty()));
  }

  @Test
  void a_point_counts_what_the_policy_decides() {
    ExitRecords records = records(1000);
    PointResult result = replay(records, "confidence>=0.75");
    int leave = 0;
    int right = 0;
    for (int i = 0; i < 1000; i++) {
      boolean leaves = records.outcome(i, 1).confidence() >= 0.75f;
      leave += leaves ? 1 : 0;
      right += !leaves || records.correct(i, 1) ? 1 : 0;
    }
    assertThat(result.exitShares()).containsExactly(leave / 1000.0, 1 - leave / 1000.0);
    assertThat(result.accuracy()).isEqualTo(right / 1000.0);
    assertThat(result.gflops()).isCloseTo(4 - 3 * leave / 1000.0, within(1e-12));
    assertThat(replay(records, "last").accuracy()).isEqualTo(1);
  }

  @Test
  void wilsons_interval_is_the_published_one() {
    Interval interval = Interval.wilson(15, 148);
    assertThat(interval.low()).isCloseTo(0.0624, within(1e-4));
    assertThat(interval.high()).isCloseTo(0.1605, within(1e-4));
    assertThat(Interval.wilson(0, 10).low()).isZero();
    assertThat(Interval.wilson(10, 10).high()).isCloseTo(1, within(1e-12));
  }

  @Test
  void a_paired_interval_looks_at_differing_pictures_alone() {
    BitSet same = new BitSet();
    same.set(0, 60);
    assertThat(Interval.paired(same, same, 100)).isEqualTo(new Interval(0, 0));
    BitSet better = (BitSet) same.clone();
    better.set(60, 64);
    Interval interval = Interval.paired(better, same, 100);
    assertThat((interval.low() + interval.high()) / 2).isCloseTo(0.04, within(1e-12));
    assertThat(interval.high()).isCloseTo(0.04 + 1.96 * Math.sqrt(0.0384 / 100), within(1e-4));
  }

  @Test
  void an_exit_that_is_as_right_as_it_is_sure_has_a_small_calibration_error() {
    ExitRecords records = records(20_000);
    assertThat(Reliability.of(records, 1).calibrationError()).isLessThan(0.02);
    assertThat(Reliability.of(records, 2).calibrationError()).isCloseTo(0.1, within(1e-6));
    assertThat(Reliability.of(records, 1).bins().stream().mapToInt(Reliability.Bin::pictures).sum())
        .isEqualTo(20_000);
  }

  @Test
  void to_ask_the_confidence_is_better_than_a_lot() {
    ExitRecords records = records(5000);
    Map<String, List<CriteriaComparison.Step>> steps =
        CriteriaComparison.of(records, records, COSTS);
    assertThat(steps).containsOnlyKeys("confidence", "entropy", "margin", "random");
    for (String criterion : List.of("confidence", "entropy", "margin")) {
      CriteriaComparison.Step half = steps.get(criterion).get(10);
      CriteriaComparison.Step byLot = steps.get("random").get(10);
      assertThat(half.gflops()).isCloseTo(byLot.gflops(), within(0.01));
      assertThat(half.accuracy()).isGreaterThan(byLot.accuracy() + 0.02);
    }
    assertThat(steps.get("random").get(0).accuracy()).isCloseTo(1, within(1e-12));
  }
}
