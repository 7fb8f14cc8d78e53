package ai.dvt.server.engine.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.Thresholds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class LoadPlannerTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** 1 ms a run and 1 ms a row at stage 1, five times that at stage 2. */
  private static final RunTimes TIMES =
      (stage, rows) -> (stage == 1 ? 1_000_000L : 5_000_000L) * (1 + rows);

  static PlanPoint point(String name, double accuracy, double first) {
    return new PlanPoint(
        name,
        Optional.of(new Thresholds(Criterion.CONFIDENCE, List.of((float) (1 - first)))),
        OptionalDouble.of(accuracy),
        first + (1 - first) * 6,
        List.of(first, 1 - first));
  }

  @Test
  void capacity_is_workers_over_the_time_that_an_image_takes_of_all_stages() {
    LoadLevel level = new LoadPlanner(TIMES, 2, 8, SECOND).level(point("half", 0.9, 0.5));
    // Full batches: 9/8 ms at stage 1, half of 45/8 ms at stage 2.
    double millis = 9.0 / 8 + 0.5 * 45 / 8;
    assertThat(level.capacity()).isCloseTo(2 * 1000 / millis, within(1e-6));
    assertThat(level.imagesPerSecond()).isCloseTo(0.9 * level.capacity(), within(1e-6));
    assertThat(level.batchSizes()).containsExactly(8, 8);
    assertThat(level.latency()).isLessThanOrEqualTo(Duration.ofMillis(500));
  }

  @Test
  void points_of_settings_are_planned_with_the_run_times_of_their_settings() {
    Map<String, RunTimes> times =
        Map.of(
            "keep-0.90", TIMES, "keep-0.50", (stage, rows) -> TIMES.expectedNanos(stage, rows) / 2);
    LoadPlan plan =
        new LoadPlanner(times, 2, 8, SECOND)
            .plan(
                PlanPoint.last(List.of(1.0), OptionalDouble.of(0.95)).in("keep-0.90"),
                List.of(whole("dear", 0.95, "keep-0.90"), whole("cheap", 0.9, "keep-0.50")));
    assertThat(plan.levels())
        .extracting(level -> level.point().name())
        .containsExactly("last", "cheap");
    assertThat(plan.levels().get(1).capacity())
        .isCloseTo(2 * plan.levels().get(0).capacity(), within(1e-6));

    long[] now = {0};
    LoadLevels levels = new LoadLevels(plan, true, false, () -> now[0], level -> {});
    assertThat(levels.setting()).isEmpty();
    for (int image = 0; image < 10_000; image++) {
      now[0] += 100_000;
      levels.arrives(true);
    }
    assertThat(levels.setting()).contains("keep-0.50");
  }

  private static PlanPoint whole(String name, double accuracy, String setting) {
    return new PlanPoint(
        name,
        Optional.of(new Thresholds(Criterion.CONFIDENCE, List.of())),
        OptionalDouble.of(accuracy),
        1,
        List.of(1.0),
        setting);
  }

  @Test
  void batches_shrink_until_filling_and_running_them_takes_half_of_the_objective() {
    LoadLevel level =
        new LoadPlanner(TIMES, 2, 8, Duration.ofMillis(60)).level(point("half", 0.9, 0.5));
    assertThat(level.latency()).isLessThanOrEqualTo(Duration.ofMillis(30));
    assertThat(level.batchSizes().get(1)).isLessThan(8);
    assertThat(level.queueDelays()).allMatch(delay -> delay.compareTo(Duration.ofMillis(15)) <= 0);
    LoadLevel impossible =
        new LoadPlanner(TIMES, 2, 8, Duration.ofMillis(1)).level(point("half", 0.9, 0.5));
    assertThat(impossible.batchSizes()).containsExactly(1, 1);
    assertThat(impossible.queueDelays()).containsExactly(Duration.ZERO, Duration.ZERO);
  }

  @Test
  void levels_carry_more_and_more_and_each_is_the_most_accurate_that_does() {
    LoadPlan plan =
        new LoadPlanner(TIMES, 2, 8, SECOND)
            .plan(
                PlanPoint.last(List.of(1.0, 6.0), OptionalDouble.of(0.95)),
                List.of(
                    point("cheapest", 0.80, 0.9),
                    point("dominated", 0.85, 0.3),
                    point("good", 0.93, 0.4),
                    point("hardly more", 0.92, 0.41),
                    point("fair", 0.88, 0.7)));
    assertThat(plan.levels())
        .extracting(level -> level.point().name())
        .containsExactly("last", "good", "fair", "cheapest");
    assertThat(plan.levelFor(0)).isZero();
    for (int level = 0; level < 4; level++) {
      double rate = plan.levels().get(level).imagesPerSecond();
      assertThat(plan.levelFor(rate)).isEqualTo(level);
      assertThat(plan.levelFor(rate + 1)).isEqualTo(Math.min(3, level + 1));
    }
    assertThat(plan.peak()).isEqualTo(plan.levels().get(3).imagesPerSecond());
  }
}
