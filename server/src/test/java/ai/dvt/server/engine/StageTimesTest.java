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
}
