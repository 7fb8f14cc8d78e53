package ai.dvt.client.load.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaplCounterTest {
  @TempDir private Path powercap;

  private void domain(String name, long microjoules) throws IOException {
    Path folder = Files.createDirectories(powercap.resolve(name));
    Files.writeString(folder.resolve("energy_uj"), microjoules + "\n");
    Files.writeString(folder.resolve("max_energy_range_uj"), "10000000\n");
  }

  @Test
  void packages_are_added_up_and_their_parts_are_not_counted_again() throws IOException {
    domain("intel-rapl:0", 1_000_000);
    domain("intel-rapl:1", 0);
    domain("intel-rapl:0:0", 0);
    RaplCounter counter = RaplCounter.open(powercap).orElseThrow();
    assertThat(counter.joules()).isZero();
    assertThat(counter.names()).containsExactly("RAPL intel-rapl:0", "RAPL intel-rapl:1");
    domain("intel-rapl:0", 3_500_000);
    domain("intel-rapl:1", 1_000_000);
    domain("intel-rapl:0:0", 9_000_000);
    assertThat(counter.joules()).isEqualTo(3.5, within(1e-9));
  }

  @Test
  void a_counter_that_starts_again_goes_on() throws IOException {
    domain("intel-rapl:0", 9_000_000);
    RaplCounter counter = RaplCounter.open(powercap).orElseThrow();
    domain("intel-rapl:0", 500_000);
    assertThat(counter.joules()).isEqualTo(1.5, within(1e-9));
    domain("intel-rapl:0", 700_000);
    assertThat(counter.joules()).isEqualTo(1.7, within(1e-9));
  }

  @Test
  void without_counters_nothing_is_said() throws IOException {
    assertThat(RaplCounter.open(powercap)).isEmpty();
    assertThat(RaplCounter.open(powercap.resolve("none"))).isEmpty();
    Path folder = Files.createDirectories(powercap.resolve("intel-rapl:0"));
    Files.writeString(folder.resolve("energy_uj"), "no number");
    Files.writeString(folder.resolve("max_energy_range_uj"), "1");
    assertThat(RaplCounter.open(powercap)).isEmpty();
  }
}
