package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StageTimesTest {
  private final StageTimes times = new StageTimes(2, 8);

  @Test
  void nothing_is_expected_before_any_run() {
    assertThat(times.expectedNanos(1, 4)).isZero();
  }

  @Test
  void a_batch_size_not_seen_takes_as_long_as_the_next_larger_one() {
    times.ran(1, 1, 10);
    times.ran(1, 8, 50);
    assertThat(times.expectedNanos(1, 1)).isEqualTo(10);
    assertThat(times.expectedNanos(1, 3)).isEqualTo(50);
    assertThat(times.expectedNanos(2, 3)).isZero();
  }

  @Test
  void larger_ones_than_ever_seen_are_in_proportion() {
    times.ran(2, 2, 10);
    assertThat(times.expectedNanos(2, 6)).isEqualTo(30);
    assertThat(times.expectedNanos(2, 1)).isEqualTo(10);
  }

  @Test
  void the_estimate_follows_the_runs() {
    for (int i = 0; i < 100; i++) {
      times.ran(1, 4, i < 50 ? 1000 : 3000);
    }
    assertThat(times.expectedNanos(1, 4)).isBetween(2990L, 3000L);
  }

  @Test
  void a_batch_size_that_did_not_run_of_late_follows_the_others() {
    times.ran(1, 1, 1000);
    times.ran(1, 8, 5000);
    for (int i = 0; i < 100; i++) {
      times.ran(1, 8, 10_000);
    }
    assertThat(times.expectedNanos(1, 8)).isBetween(9900L, 10_000L);
    assertThat(times.expectedNanos(1, 1)).isBetween(1300L, 2000L);
  }

  @Test
  void the_likely_time_leaves_room_for_what_runs_exceed_their_estimate_by() {
    times.ran(1, 4, 1000);
    assertThat(times.likelyNanos(1, 4)).isEqualTo(1000);
    for (int i = 0; i < 100; i++) {
      times.ran(1, 4, i % 2 == 0 ? 800 : 1200);
    }
    assertThat(times.likelyNanos(1, 4)).isBetween(1200L, 1600L);
  }

  @Test
  void one_run_that_took_for_ever_does_not_spoil_the_estimate() {
    times.ran(1, 4, 1000);
    times.ran(1, 4, 1_000_000_000);
    assertThat(times.expectedNanos(1, 4)).isLessThan(2000);
  }

  @Test
  void an_estimate_that_keeps_images_away_falls_until_the_stage_is_tried_again() {
    times.ran(2, 4, 1000);
    for (int i = 0; i < 1000; i++) {
      times.doubted(2);
    }
    assertThat(times.likelyNanos(2, 4)).isBetween(300L, 400L);
    assertThat(times.likelyNanos(1, 4)).isZero();
  }
}
