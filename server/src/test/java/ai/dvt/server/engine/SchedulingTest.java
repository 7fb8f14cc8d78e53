package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scheduling policy as a whole, on a fake clock with recorded exits. */
class SchedulingTest {
  private static final long MS = Simulator.MS;
  private static final int BATCH = 8;
  private static final int WORKERS = 2;
  private static final double PEAK = Simulator.peakPerSecond(WORKERS, BATCH);
  private static final Caller CLIENT = new Caller("client", Priority.INTERACTIVE);

  @TempDir Path folder;
  private ToyEngine toy;

  @BeforeEach
  void open() {
    toy = new ToyEngine(folder, 1, 32);
  }

  @AfterEach
  void close() {
    toy.close();
  }

  private Simulator simulator(int rows, Duration delay, double noise, Duration budget) {
    return new Simulator(toy, WORKERS, rows, Pace.of(BATCH, delay), noise, budget);
  }

  private Pace measured() {
    StageTimes times = new StageTimes(3, BATCH);
    for (int stage = 1; stage <= 3; stage++) {
      times.ran(stage, BATCH, Simulator.nanos(stage, BATCH));
    }
    return Pace.measured(times, List.of(BATCH, BATCH, BATCH));
  }

  @Test
  void at_saturation_the_batches_of_every_stage_are_nearly_full() {
    Simulator run = new Simulator(toy, WORKERS, 200, measured(), 0.1, null);
    run.arrive(CLIENT, 4000, 1e6, 0);
    run.toTheEnd();
    assertThat(run.averageBatch(1)).isGreaterThan(0.99 * BATCH);
    assertThat(run.averageBatch(2)).isGreaterThan(0.9 * BATCH);
    assertThat(run.averageBatch(3)).isGreaterThan(0.75 * BATCH);
    assertThat(run.images).allMatch(image -> image.answeredAt == image.exit);
  }

  @Test
  void at_saturation_the_time_is_that_of_full_batches_but_for_a_few_percent() {
    Simulator run = new Simulator(toy, WORKERS, 200, measured(), 0, null);
    run.arrive(CLIENT, 4000, 1e6, 0);
    run.toTheEnd();
    assertThat(4000 / PEAK * 1e9 / run.longest(image -> image.endNanos - 1_000_000_000))
        .isGreaterThan(0.95);
  }

  @Test
  void after_stage_1_nobody_waits_longer_than_the_stage_s_limit_and_the_runs_under_way() {
    for (long delay : new long[] {0, 50, 400}) {
      Simulator run = simulator(500, Duration.ofMillis(delay), 0, null);
      run.arrive(CLIENT, 2000, 1e6, 0);
      run.toTheEnd();
      for (int stage = 2; stage <= 3; stage++) {
        int at = stage;
        assertThat(run.longest(image -> image.waitedNanos[at]))
            .as("stage %s, delay %s ms", stage, delay)
            .isLessThanOrEqualTo((delay + 3 * 90) * MS);
      }
    }
  }

  @Test
  void at_low_load_no_image_waits_for_company() {
    Simulator run = simulator(500, Duration.ofSeconds(10), 0, null);
    run.arrive(CLIENT, 500, 2, 0);
    run.toTheEnd();
    assertThat(run.averageBatch(1)).isLessThan(1.2);
    assertThat(run.longest(image -> image.endNanos - image.arrivalNanos)).isLessThan(400 * MS);
  }

  @Test
  void each_stage_has_its_own_limit() {
    Pace pace =
        new Pace(List.of(BATCH), List.of(Duration.ZERO, Duration.ZERO, Duration.ofHours(1)));
    Simulator run = new Simulator(toy, WORKERS, 200, pace, 0, null);
    run.arrive(CLIENT, 4000, 1e6, 0);
    run.toTheEnd();
    assertThat(run.averageBatch(2)).as("never waits").isLessThan(0.7 * BATCH);
    assertThat(run.averageBatch(3)).as("waits for a full batch").isGreaterThan(0.95 * BATCH);
  }

  @Test
  void with_little_room_deeper_stages_go_before_new_work_and_everybody_gets_through() {
    Simulator run = simulator(10, Duration.ofHours(1), 0.1, null);
    run.arrive(CLIENT, 1000, 1e6, 0);
    run.toTheEnd();
    assertThat(run.longest(image -> image.waitedNanos[3])).isLessThan(2000 * MS);
  }

  @Test
  void a_flood_from_one_client_does_not_starve_another() {
    Simulator run = simulator(64, Duration.ofMillis(100), 0.1, null);
    run.mayRefuse = true;
    run.arrive(new Caller("flood", Priority.INTERACTIVE), 20_000, 10 * PEAK, 0);
    run.arrive(new Caller("victim", Priority.INTERACTIVE), 100, 0.1 * PEAK, 1_000_000_000);
    run.toTheEnd();
    List<Simulator.Image> victims =
        run.images.stream().filter(image -> image.caller.client().equals("victim")).toList();
    assertThat(victims).hasSize(100).noneMatch(image -> image.refused);
    assertThat(victims)
        .allMatch(image -> image.endNanos - image.arrivalNanos < 1000 * MS)
        .filteredOn(image -> image.endNanos - image.arrivalNanos < 500 * MS)
        .hasSizeGreaterThan(90);
    assertThat(run.images).anyMatch(image -> image.refused);
  }

  @Test
  void batch_work_lets_interactive_pass_but_keeps_an_eighth_of_the_turns() {
    Simulator run = simulator(64, Duration.ofMillis(100), 0.1, null);
    Caller batch = new Caller("archive", Priority.BATCH);
    run.arrive(CLIENT, 7000, 2 * PEAK, 0);
    run.arrive(batch, 1000, 1e6, 0);
    run.toTheEnd();
    long interactiveEnd = run.longest(image -> image.caller == CLIENT ? image.endNanos : 0);
    long batchMeanwhile =
        run.images.stream()
            .filter(image -> image.caller == batch && image.endNanos < interactiveEnd)
            .count();
    assertThat(batchMeanwhile).isBetween(800L, 1000L);
    Simulator alone = simulator(64, Duration.ofMillis(100), 0.1, null);
    alone.arrive(batch, 2000, 1e6, 0);
    alone.arrive(CLIENT, 50, 0.05 * PEAK, 0);
    alone.toTheEnd();
    assertThat(alone.longest(i -> i.caller == CLIENT ? i.endNanos - i.arrivalNanos : 0))
        .isLessThan(800 * MS);
  }

  @Test
  void at_80_percent_load_answers_by_deadline_come_in_time() {
    for (double noise : new double[] {0.05, 0.2}) {
      Simulator run = new Simulator(toy, WORKERS, 1024, measured(), noise, Duration.ofMillis(250));
      run.arrive(CLIENT, 20_000, 0.8 * PEAK, 0);
      run.toTheEnd();
      List<Simulator.Image> byDeadline =
          run.images.stream().filter(image -> image.reason == ExitReason.DEADLINE).toList();
      long inTime = byDeadline.stream().filter(Simulator.Image::inTime).count();
      assertThat(byDeadline).hasSizeGreaterThan(100);
      assertThat(inTime)
          .as("noise %s", noise)
          .isGreaterThanOrEqualTo(byDeadline.size() * 99L / 100);
      long answered = run.images.stream().filter(image -> image.reason != null).count();
      long answeredInTime =
          run.images.stream().filter(image -> image.reason != null && image.inTime()).count();
      assertThat(answeredInTime).isGreaterThan(answered * 97 / 100);
    }
  }

  @Test
  void what_cannot_pass_stage_1_in_time_is_refused_at_once_and_never_runs() {
    Simulator run = new Simulator(toy, WORKERS, 100_000, measured(), 0.1, Duration.ofMillis(250));
    run.arrive(CLIENT, 5000, 5 * PEAK, 0);
    run.toTheEnd();
    long tooLate = run.images.stream().filter(image -> image.failure != null).count();
    assertThat(tooLate).isPositive();
    assertThat(run.statistics(1).rows())
        .as("only those that are answered ran")
        .isEqualTo(5000 - tooLate);
  }

  @Test
  void at_three_times_the_peak_rate_goodput_stays_near_the_peak() {
    double best = 0;
    for (double load : new double[] {0.7, 0.8, 0.9, 1.0, 1.2}) {
      best = Math.max(best, goodput(load));
    }
    assertThat(goodput(3)).isGreaterThan(0.9 * best);
  }

  private double goodput(double load) {
    Simulator run = new Simulator(toy, WORKERS, 1024, measured(), 0.1, Duration.ofMillis(400));
    run.mayRefuse = true;
    run.arrive(CLIENT, 5000, load * PEAK, 0);
    run.toTheEnd();
    return run.goodputPerSecond();
  }
}
