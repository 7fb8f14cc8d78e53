package ai.dvt.client.load.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void percentiles_are_values_by_nearest_rank() {
    Percentiles hundred =
        Percentiles.of(LongStream.rangeClosed(1, 100).map(i -> 101 - i).toArray());
    assertThat(hundred.at(50)).hasValue(50);
    assertThat(hundred.at(99)).hasValue(99);
    assertThat(hundred.at(100)).hasValue(100);
    Percentiles five = Percentiles.of(new long[] {15, 20, 35, 40, 50});
    assertThat(five.at(5)).hasValue(15);
    assertThat(five.at(30)).hasValue(20);
    assertThat(five.at(40)).hasValue(20);
    assertThat(five.at(50)).hasValue(35);
    assertThat(five.at(100)).hasValue(50);
    assertThat(Percentiles.of(new long[0]).at(50)).isEmpty();
    assertThatThrownBy(() -> five.at(0)).hasMessage("percent: 0.0 (expected: 0 < p <= 100)");
  }

  @Test
  void the_interval_of_nine_values_is_the_second_and_the_eighth() {
    MedianInterval nine = MedianInterval.of(new double[] {9, 1, 8, 2, 7, 3, 6, 4, 5});
    assertThat(nine.median()).isEqualTo(5);
    assertThat(nine.lo()).isEqualTo(2);
    assertThat(nine.hi()).isEqualTo(8);
    assertThat(nine.values()).isEqualTo(9);
    assertThat(nine.coverage()).isEqualTo(1 - 20 / 512.0, within(1e-12));
    assertThat(nine.sure()).isTrue();
  }

  /**
   * Ranks from tables of the sign test: 25 values 8 and 18, 20 values 6 and 15, 6 values 1 and 6.
   */
  @Test
  void the_ranks_are_those_of_the_sign_test() {
    for (int[] row : new int[][] {{25, 8, 18}, {20, 6, 15}, {15, 4, 12}, {11, 2, 10}, {6, 1, 6}}) {
      MedianInterval interval =
          MedianInterval.of(LongStream.rangeClosed(1, row[0]).asDoubleStream().toArray());
      assertThat(interval.lo()).as("%d values", row[0]).isEqualTo(row[1]);
      assertThat(interval.hi()).as("%d values", row[0]).isEqualTo(row[2]);
      assertThat(interval.sure()).isTrue();
    }
  }

  @Test
  void fewer_than_six_values_give_their_range_and_say_so() {
    MedianInterval four = MedianInterval.of(new double[] {4, 1, 3, 2});
    assertThat(four.median()).isEqualTo(2.5);
    assertThat(four.lo()).isEqualTo(1);
    assertThat(four.hi()).isEqualTo(4);
    assertThat(four.coverage()).isEqualTo(0.875);
    assertThat(four.sure()).isFalse();
    assertThat(MedianInterval.of(new double[] {7}).sure()).isFalse();
    assertThatThrownBy(() -> MedianInterval.of(new double[0]))
        .hasMessageStartingWith("values: none");
  }

  private static Round round(long answers, double cpuSeconds) {
    return new Round(
        2,
        answers,
        answers / 2,
        LongStream.range(0, answers).map(i -> 1_000_000 * (i + 1)).toArray(),
        new long[] {answers - 1, 1},
        answers / 4,
        answers / 2,
        Map.of("UNAVAILABLE", 2L),
        new long[] {answers, 0},
        2 * answers,
        cpuSeconds < 0 ? OptionalDouble.empty() : OptionalDouble.of(cpuSeconds),
        OptionalDouble.empty());
  }

  @Test
  void a_sides_figures_are_medians_of_rounds_and_sums_over_images() {
    SideFigures side = SideFigures.of(List.of(round(20, 1), round(40, 2), round(100, 1)));
    assertThat(side.imagesPerSecond()).isEqualTo(20);
    assertThat(side.goodput()).isEqualTo(10);
    assertThat(side.p50Millis()).hasValue(30);
    assertThat(side.p99Millis()).hasValue(99);
    assertThat(side.accuracy()).hasValue(0.5);
    assertThat(side.exitShares()).containsExactly(157 / 160.0, 3 / 160.0);
    assertThat(side.errorCount()).isEqualTo(6);
    assertThat(side.repliesPerClient()).containsExactly(160L, 0L);
    assertThat(side.cpuSecondsPerImage().orElseThrow()).isEqualTo(4 / 320.0, within(1e-12));
    assertThat(side.joulesPerImage()).isEmpty();
  }

  @Test
  void what_was_not_metered_in_every_round_is_absent() {
    assertThat(SideFigures.of(List.of(round(20, 1), round(20, -1))).cpuSecondsPerImage()).isEmpty();
  }
}
