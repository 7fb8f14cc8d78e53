package ai.dvt.client.load.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoardRailsTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path hwmon;

  private Path chip(String folder, String name) throws IOException {
    Path chip = Files.createDirectories(hwmon.resolve(folder));
    Files.writeString(chip.resolve("name"), name + "\n");
    return chip;
  }

  private static void channel(Path chip, int number, String label, long millivolts, long milliamps)
      throws IOException {
    Files.writeString(chip.resolve("in" + number + "_label"), label + "\n");
    Files.writeString(chip.resolve("in" + number + "_input"), millivolts + "\n");
    Files.writeString(chip.resolve("curr" + number + "_input"), milliamps + "\n");
  }

  private BoardRails open() {
    return BoardRails.open(hwmon, 0).orElseThrow();
  }

  @Test
  void an_input_rail_stands_for_the_board() throws IOException {
    Path orin = chip("hwmon1", "ina3221");
    channel(orin, 1, "VDD_IN", 5000, 2000);
    channel(orin, 2, "VDD_CPU_GPU_CV", 5000, 700);
    channel(orin, 3, "VDD_SOC", 5000, 300);
    BoardRails rails = open();
    assertThat(rails.names()).containsExactly("rail VDD_IN");
    rails.sample(2 * SECOND);
    assertThat(rails.sampled()).isEqualTo(20, within(1e-9));
  }

  @Test
  void without_one_all_connected_rails_are_added_up() throws IOException {
    Path first = chip("hwmon1", "ina3221");
    channel(first, 1, "VDD_GPU_SOC", 20_000, 500);
    channel(first, 2, "VDD_CPU_CV", 20_000, 100);
    channel(first, 3, "VIN_SYS_5V0", 5000, 1000);
    Files.writeString(first.resolve("in7_label"), "sum of shunt voltages\n");
    Path second = chip("hwmon2", "ina3221");
    channel(second, 1, "NC", 5000, 9000);
    channel(chip("hwmon3", "nvme"), 1, "Composite", 1, 1);
    BoardRails rails = open();
    assertThat(rails.names())
        .containsExactly("rail VDD_CPU_CV", "rail VDD_GPU_SOC", "rail VIN_SYS_5V0");
    rails.sample(SECOND);
    assertThat(rails.sampled()).isEqualTo(17, within(1e-9));
  }

  @Test
  void the_whole_boards_monitor_goes_first() throws IOException {
    channel(chip("hwmon1", "ina3221"), 1, "VDD_GPU", 20_000, 500);
    Files.writeString(chip("hwmon2", "ina238").resolve("power1_input"), "40000000\n");
    BoardRails rails = open();
    assertThat(rails.names()).containsExactly("rail VIN");
    rails.sample(SECOND / 4);
    assertThat(rails.sampled()).isEqualTo(10, within(1e-9));
  }

  @Test
  void power_is_added_up_over_time() throws IOException {
    Path chip = chip("hwmon1", "ina3221");
    channel(chip, 1, "VDD_IN", 5000, 1000);
    BoardRails rails = open();
    channel(chip, 1, "VDD_IN", 5000, 3000);
    rails.sample(SECOND);
    assertThat(rails.sampled()).isEqualTo(10, within(1e-9));
    rails.sample(3 * SECOND);
    assertThat(rails.sampled()).isEqualTo(40, within(1e-9));
  }

  @Test
  void a_rail_that_falls_silent_is_no_figure() throws IOException {
    Path chip = chip("hwmon1", "ina3221");
    channel(chip, 1, "VDD_IN", 5000, 1000);
    BoardRails rails = open();
    Files.delete(chip.resolve("curr1_input"));
    rails.sample(SECOND);
    assertThatThrownBy(rails::sampled).isInstanceOf(IOException.class);
  }

  @Test
  void without_rails_there_is_nothing() throws IOException {
    assertThat(BoardRails.open(hwmon)).isEmpty();
    assertThat(BoardRails.open(hwmon.resolve("none"))).isEmpty();
    chip("hwmon1", "ina3221");
    Files.createDirectories(hwmon.resolve("hwmon2"));
    assertThat(BoardRails.open(hwmon)).isEmpty();
  }
}
