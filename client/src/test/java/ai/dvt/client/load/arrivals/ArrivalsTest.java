package ai.dvt.client.load.arrivals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrivalsTest {
  private static final Duration LONG = Duration.ofSeconds(1000);
  @TempDir private Path folder;

  private static double variation(long[] times) {
    double[] gaps = new double[times.length - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = times[i + 1] - times[i];
    }
    double mean = Arrays.stream(gaps).average().orElseThrow();
    double variance = Arrays.stream(gaps).map(g -> (g - mean) * (g - mean)).average().orElseThrow();
    return Math.sqrt(variance) / mean;
  }

  /** 100,000 arrivals: the count deviates by 316, the gaps' variation of 1 by about 0.003. */
  @Test
  void poisson_arrivals_have_their_rate_and_gaps_as_wide_as_their_mean() {
    long[] times = Arrivals.poisson(100).draw(LONG, 1);
    assertThat((double) times.length).isCloseTo(100_000, within(4 * 316.0));
    assertThat(variation(times)).isCloseTo(1, within(0.02));
    assertThat(times).isSorted();
    assertThat(times[times.length - 1]).isLessThan(LONG.toNanos());
  }

  @Test
  void a_fifth_of_every_second_brings_four_fifths_of_a_burst() {
    long[] times = Arrivals.bursty(100).draw(LONG, 1);
    assertThat((double) times.length).isCloseTo(100_000, within(4 * 316.0));
    long inBursts = Arrays.stream(times).filter(t -> t % 1_000_000_000L < 200_000_000L).count();
    assertThat(inBursts / (double) times.length).isCloseTo(0.8, within(0.01));
    assertThat(times).isSorted();
    assertThat(variation(times)).isGreaterThan(1.3);
  }

  @Test
  void a_seed_draws_the_same_arrivals_again() {
    for (Arrivals arrivals : List.of(Arrivals.poisson(50), Arrivals.bursty(50))) {
      assertThat(arrivals.draw(LONG, 3)).isEqualTo(arrivals.draw(LONG, 3));
      assertThat(arrivals.draw(LONG, 3)).isNotEqualTo(arrivals.draw(LONG, 4));
    }
  }

  @Test
  void a_trace_is_played_again_and_stretched_to_a_rate() throws IOException {
    Path file = folder.resolve("trace.csv");
    Files.writeString(file, "# seconds, id\n0.25,a\n\n0.5,b\n1.0,c\n");
    Trace trace = Trace.read(file);
    assertThat(trace.rate()).isEqualTo(3);
    assertThat(trace.draw(Duration.ofMillis(2400), 9))
        .containsExactly(
            250_000_000L,
            500_000_000L,
            1_000_000_000L,
            1_250_000_000L,
            1_500_000_000L,
            2_000_000_000L,
            2_250_000_000L);
    Trace slower = trace.at(OptionalDouble.of(1.5));
    assertThat(slower.seconds()).containsExactly(0.5, 1.0, 2.0);
    assertThat(trace.at(OptionalDouble.empty())).isEqualTo(trace);
  }

  @Test
  void files_that_are_no_trace_are_refused() throws IOException {
    Path file = folder.resolve("trace.txt");
    for (String text : List.of("", "0\n", "1\n0.5\n", "soon\n", "-1\n", "NaN\n", "1\nInfinity\n")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> Trace.read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("trace.txt")
          .hasMessageContaining("(expected: ");
    }
    assertThatThrownBy(() -> Arrivals.poisson(0).draw(LONG, 1))
        .hasMessage("rate: 0.0 (expected: > 0 images a second)");
  }
}
