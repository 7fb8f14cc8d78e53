package ai.dvt.server.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AgreementGuardTest {
  private final OperatingPoint cheap = point("cheap", 0.5f, 1, 0.90);
  private final OperatingPoint fair = point("fair", 0.7f, 2, 0.95);
  private final OperatingPoint dear = point("dear", 0.9f, 3, 0.98);
  private final Random random = new Random(5);

  private static OperatingPoint point(String name, float threshold, double cost, double promise) {
    return new OperatingPoint(
        name,
        Optional.empty(),
        new Thresholds(Criterion.CONFIDENCE, List.of(threshold)),
        OptionalDouble.empty(),
        OptionalDouble.of(cost),
        List.of(),
        OptionalDouble.of(promise));
  }

  private AgreementGuard guard(double share, boolean moves) {
    return new AgreementGuard("toy/1", List.of(dear, cheap, fair), share, moves, random);
  }

  private void compare(AgreementGuard guard, Thresholds thresholds, int times, double agreement) {
    for (int i = 0; i < times; i++) {
      int last = random.nextDouble() < agreement ? 1 : 2;
      guard.compared(
          thresholds,
          new ExitOutcome(1, 1, 0.9f, 0.1f, 0.1f),
          new ExitOutcome(2, last, 0.9f, 0.1f, 0.1f));
    }
  }

  @Test
  void a_point_that_keeps_its_promise_does_not_drift() {
    for (int trial = 0; trial < 20; trial++) {
      AgreementGuard guard = guard(1, true);
      compare(guard, cheap.thresholds(), 3000, 0.90);
      assertThat(guard.statistics().get(0).drifting()).as("trial " + trial).isFalse();
      assertThat(guard.inUse(cheap.thresholds())).isEqualTo(cheap.thresholds());
    }
  }

  @Test
  void a_point_below_its_promise_drifts_and_a_stricter_one_takes_its_place_if_allowed() {
    for (boolean moves : new boolean[] {false, true}) {
      AgreementGuard guard = guard(1, moves);
      compare(guard, cheap.thresholds(), 1000, 0.80);
      GuardStatistics statistics = guard.statistics().get(0);
      assertThat(statistics.point()).isEqualTo("cheap");
      assertThat(statistics.drifting()).isTrue();
      assertThat(statistics.compared()).isEqualTo(1000);
      assertThat(statistics.recentAgreement()).isBetween(0.75, 0.85);
      assertThat(guard.inUse(cheap.thresholds()))
          .isEqualTo(moves ? fair.thresholds() : cheap.thresholds());
      compare(guard, fair.thresholds(), 1000, 0.80);
      compare(guard, dear.thresholds(), 1000, 0.80);
      assertThat(guard.inUse(cheap.thresholds()).values().get(0))
          .isEqualTo(moves ? Thresholds.NEVER : 0.5f);
      compare(guard, cheap.thresholds(), 5000, 0.95);
      assertThat(guard.statistics().get(0).drifting()).isFalse();
    }
  }

  @Test
  void thresholds_of_no_point_are_counted_together_and_promise_nothing() {
    AgreementGuard guard = guard(1, true);
    Thresholds own = new Thresholds(Criterion.MARGIN, List.of(0.3f));
    compare(guard, own, 500, 0.1);
    assertThat(guard.statistics()).hasSize(1);
    assertThat(guard.statistics().get(0).point()).isEqualTo(AgreementGuard.UNNAMED);
    assertThat(guard.statistics().get(0).drifting()).isFalse();
    assertThat(guard.inUse(own)).isEqualTo(own);
  }

  @Test
  void the_configured_share_of_confident_answers_is_watched_and_no_other() {
    AgreementGuard guard = guard(0.2, false);
    int watched = 0;
    for (int i = 0; i < 10_000; i++) {
      watched += guard.watches(cheap.thresholds(), ExitReason.CONFIDENT) ? 1 : 0;
      assertThat(guard.watches(cheap.thresholds(), ExitReason.LOAD)).isFalse();
    }
    assertThat(watched).isBetween(1800, 2200);
  }
}
