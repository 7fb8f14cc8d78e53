package ai.dvt.server.engine.load;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.engine.LoadControl;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Simulates a server whose images take what the plan says, in order, with a fake clock. */
class LoadLevelsTest {
  private static final Duration OBJECTIVE = Duration.ofMillis(200);

  /** 5 ms a row at stage 1, 25 ms at stage 2: no gain by batches. */
  private static final LoadPlan PLAN =
      new LoadPlanner(
              (stage, rows) -> (stage == 1 ? 5_000_000L : 25_000_000L) * rows, 2, 4, OBJECTIVE)
          .plan(
              PlanPoint.last(List.of(1.0, 6.0), OptionalDouble.of(0.95)),
              List.of(
                  LoadPlannerTest.point("middle", 0.93, 0.5),
                  LoadPlannerTest.point("cheap", 0.85, 0.9)));

  private final Random random = new Random(3);
  private DoubleUnaryOperator slowness = nanos -> 1;
  private long now = 5_000_000_000L;

  /** What became of the images of one run. */
  private static final class Tally {
    int refused;
    int answered;
    int adapted;
    final List<Double> latencies = new ArrayList<>();
    final List<Integer> levels = new ArrayList<>();

    double inTime() {
      return latencies.stream().filter(l -> l <= OBJECTIVE.toNanos()).count();
    }

    double percentile(double share) {
      List<Double> sorted = latencies.stream().sorted().toList();
      return sorted.get((int) (share * (sorted.size() - 1)));
    }
  }

  private LoadLevels levels(boolean adapts, boolean refuses) {
    return new LoadLevels(PLAN, adapts, refuses, () -> now, level -> {});
  }

  /** Poisson arrivals; one line, as many images at a time as the level's capacity allows. */
  private Tally run(LoadLevels levels, double perSecond, double seconds) {
    Tally tally = new Tally();
    Deque<Long> line = new ArrayDeque<>();
    Deque<LoadControl.Stay> stays = new ArrayDeque<>();
    long end = now + (long) (seconds * 1e9);
    double nextArrival = now;
    double free = now;
    while (nextArrival < end || !line.isEmpty()) {
      double nextDone = line.isEmpty() ? Double.MAX_VALUE : Math.max(free, line.peek());
      if (nextArrival < end && nextArrival <= nextDone) {
        now = (long) nextArrival;
        Optional<LoadControl.Stay> stay = levels.arrives(false);
        if (stay.isPresent()) {
          line.add(now);
          stays.add(stay.get());
        } else {
          tally.refused++;
        }
        tally.levels.add(levels.statistics().level());
        nextArrival -= Math.log(1 - random.nextDouble()) / perSecond * 1e9;
      } else {
        LoadLevel level = PLAN.levels().get(levels.statistics().level());
        tally.adapted += levels.thresholds().isPresent() ? 1 : 0;
        double service = slowness.applyAsDouble(nextDone) * 1e9 / level.capacity();
        free = nextDone + service;
        long arrived = line.remove();
        now = Math.max(now, (long) free);
        stays.remove().ends();
        tally.answered++;
        tally.latencies.add((double) now - arrived);
      }
    }
    return tally;
  }

  @Test
  void well_below_the_first_rate_hardly_anything_changes() {
    Tally calm = run(levels(true, true), 0.5 * PLAN.levels().get(0).imagesPerSecond(), 60);
    assertThat(calm.refused).isZero();
    assertThat(calm.adapted).isLessThan(calm.answered / 50);
  }

  @Test
  void between_two_rates_the_level_settles_and_does_not_swing() {
    LoadLevels levels = levels(true, true);
    double rate = 0.9 * PLAN.levels().get(1).imagesPerSecond();
    run(levels, rate, 5);
    Tally tally = run(levels, rate, 60);
    int changes = 0;
    for (int i = 1; i < tally.levels.size(); i++) {
      changes += tally.levels.get(i).equals(tally.levels.get(i - 1)) ? 0 : 1;
    }
    assertThat(changes).isLessThan(60);
    assertThat(tally.levels.stream().filter(level -> level >= 1).count())
        .isGreaterThan(tally.levels.size() * 9 / 10);
    assertThat(tally.refused).isLessThan(tally.answered / 100);
    assertThat(tally.percentile(0.99)).isLessThan(OBJECTIVE.toNanos());
  }

  @Test
  void when_the_load_goes_the_first_level_comes_back() {
    LoadLevels levels = levels(true, true);
    run(levels, PLAN.peak(), 5);
    assertThat(levels.statistics().level()).isPositive();
    run(levels, 0.3 * PLAN.levels().get(0).imagesPerSecond(), 20);
    assertThat(levels.statistics().level()).isZero();
    assertThat(levels.thresholds()).isEmpty();
  }

  @Test
  void at_three_times_the_peak_the_goodput_stays_and_who_comes_in_is_answered_in_time() {
    double peak = 0;
    for (double part = 0.5; part <= 1.2; part += 0.1) {
      double rate = part * PLAN.levels().get(0).capacity();
      peak = Math.max(peak, run(levels(false, false), rate, 60).inTime() / 60);
    }
    for (boolean adapts : new boolean[] {false, true}) {
      Tally overload = run(levels(adapts, true), 3 * peak, 60);
      assertThat(overload.inTime() / 60).as("adapts " + adapts).isGreaterThan(0.9 * peak);
      assertThat(overload.percentile(0.99)).as("adapts " + adapts).isLessThan(OBJECTIVE.toNanos());
    }
    Tally without = run(levels(false, false), 3 * peak, 60);
    assertThat(without.inTime() / 60).as("nobody refused").isLessThan(0.2 * peak);
  }

  @Test
  void a_server_that_is_slower_than_planned_refuses_earlier() {
    slowness = nanos -> 2;
    LoadLevels levels = levels(false, true);
    run(levels, 3 * PLAN.peak(), 10);
    Tally overload = run(levels, 3 * PLAN.peak(), 60);
    assertThat(overload.percentile(0.99)).isLessThan(1.1 * OBJECTIVE.toNanos());
    assertThat(overload.inTime() / 60).isGreaterThan(0.4 * PLAN.levels().get(0).capacity());
  }

  @Test
  void a_server_that_stalls_at_times_lets_fewer_wait() {
    // A quarter of the time twice as slow: nothing that an average would show in time.
    slowness = nanos -> nanos % 1e9 < 250e6 ? 2 : 1;
    LoadLevels levels = levels(true, true);
    run(levels, 3 * PLAN.peak(), 10);
    Tally overload = run(levels, 3 * PLAN.peak(), 60);
    assertThat(overload.percentile(0.98)).isLessThan(OBJECTIVE.toNanos());
    assertThat(overload.inTime() / 60).isGreaterThan(0.7 * PLAN.peak());
  }

  @Test
  void who_would_rather_wait_is_never_refused() {
    LoadLevels levels = levels(true, true);
    for (int i = 0; i < 10_000; i++) {
      assertThat(levels.arrives(true)).isPresent();
    }
    assertThat(levels.arrives(false)).isEmpty();
    LoadStatistics statistics = levels.statistics();
    assertThat(statistics.refused()).isEqualTo(1);
    assertThat(statistics.images()).isEqualTo(10_000);
    assertThat(statistics.expectedWait()).isGreaterThan(OBJECTIVE);
  }
}
