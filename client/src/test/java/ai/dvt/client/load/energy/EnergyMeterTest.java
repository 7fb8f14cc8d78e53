package ai.dvt.client.load.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyMeterTest {
  private static final String NO_LIBRARY = "libno-such-driver.so.1";

  @TempDir private Path folder;

  private Path rapl() throws IOException {
    Path rapl = Files.createDirectories(folder.resolve("powercap").resolve("intel-rapl:0"));
    Files.writeString(rapl.resolve("max_energy_range_uj"), "10000000");
    Files.writeString(rapl.resolve("energy_uj"), "0");
    return rapl;
  }

  private EnergyMeter open() {
    return EnergyMeter.open(folder.resolve("powercap"), NO_LIBRARY, folder.resolve("hwmon"));
  }

  @Test
  void counters_are_named_and_one_that_falls_silent_ends_the_figure() throws IOException {
    Path rapl = rapl();
    try (EnergyMeter meter = open()) {
      assertThat(meter.counters()).containsExactly("RAPL intel-rapl:0");
      Files.writeString(rapl.resolve("energy_uj"), "5000000");
      assertThat(meter.joules()).hasValue(5);
      Files.delete(rapl.resolve("energy_uj"));
      assertThat(meter.joules()).isEmpty();
    }
  }

  @Test
  void rails_carry_the_processors_too_so_nothing_counts_twice() throws IOException {
    Path rapl = rapl();
    Path board = Files.createDirectories(folder.resolve("hwmon").resolve("hwmon0"));
    Files.writeString(board.resolve("name"), "ina238");
    Files.writeString(board.resolve("power1_input"), "1000000");
    try (EnergyMeter meter = open()) {
      assertThat(meter.counters()).containsExactly("rail VIN");
      double first = meter.joules().orElseThrow();
      Files.writeString(rapl.resolve("energy_uj"), "9000000");
      assertThat(meter.joules().orElseThrow()).isGreaterThan(first);
      Files.delete(board.resolve("power1_input"));
      assertThat(meter.joules()).isEmpty();
    }
  }

  @Test
  void without_counters_nothing_is_said() {
    try (EnergyMeter meter = EnergyMeter.open(folder, NO_LIBRARY, folder)) {
      assertThat(meter.counters()).isEmpty();
      assertThat(meter.joules()).isEmpty();
    }
  }
}
