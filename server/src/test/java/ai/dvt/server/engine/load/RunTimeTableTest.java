package ai.dvt.server.engine.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RunTimeTableTest {
  private static final List<Integer> SIZES = List.of(1, 2, 4, 8);

  @Test
  void each_stage_gets_the_smallest_batch_within_a_twentieth_of_its_best() {
    RunTimeTable table =
        new RunTimeTable(
            SIZES,
            List.of(
                List.of(1000L, 1500L, 2060L, 4000L), // 1000, 750, 515, 500 an image
                List.of(3000L, 6100L), // worse in company: measured no further
                List.of(1000L, 1500L, 2200L, 4000L))); // 1000, 750, 550, 500
    assertThat(table.batches()).containsExactly(4, 1, 8);
    assertThat(table.nanosPerImage()).isEqualTo(515 + 3000 + 500);
  }

  @Test
  void a_size_that_was_not_measured_takes_as_long_as_the_next_or_in_proportion() {
    RunTimeTable table = new RunTimeTable(SIZES, List.of(List.of(10L, 18L)));
    assertThat(table.expectedNanos(1, 1)).isEqualTo(10);
    assertThat(table.expectedNanos(1, 2)).isEqualTo(18);
    assertThat(table.expectedNanos(1, 8)).isEqualTo(72);
  }

  @Test
  void a_stage_without_times_is_refused() {
    assertThatThrownBy(() -> new RunTimeTable(SIZES, List.of(List.of(1L), List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("nanos: of 0 sizes (expected: 1 to 4)");
  }
}
