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

  @Test
  void all_counters_are_added_up_and_named() throws IOException {
    Path powercap = folder.resolve("powercap");
    Path hwmon = folder.resolve("hwmon");
    Path rapl = Files.createDirectories(powercap.resolve("intel-rapl:0"));
    Files.writeString(rapl.resolve("max_energy_range_uj"), "10000000");
    Files.writeString(rapl.resolve("energy_uj"), "0");
    Path board = Files.createDirectories(hwmon.resolve("hwmon0"));
    Files.writeString(board.resolve("name"), "ina238");
    Files.writeString(board.resolve("power1_input"), "1000000");
    try (EnergyMeter meter = EnergyMeter.open(powercap, NO_LIBRARY, hwmon)) {
      assertThat(meter.counters()).containsExactly("RAPL intel-rapl:0", "rail VIN");
      Files.writeString(rapl.resolve("energy_uj"), "5000000");
      double first = meter.joules().orElseThrow();
      assertThat(first).isGreaterThan(5);
      assertThat(meter.joules().orElseThrow()).isGreaterThan(first);
      Files.delete(rapl.resolve("energy_uj"));
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
