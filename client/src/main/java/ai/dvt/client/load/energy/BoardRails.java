package ai.dvt.client.load.energy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The power rails of a board as Linux shows them under {@code /sys/class/hwmon}: chips named
 * ina3221 (millivolts and milliamperes of labelled channels; Jetson Xavier, Orin) or ina238
 * (microwatts of the whole board; Jetson Thor). Where one rail carries all of the board's input it
 * alone is taken, else the sum of all. They tell power, not energy: it is read twenty times a
 * second and added up over time by the trapezoidal rule.
 */
final class BoardRails implements EnergyCounter {
  private static final Set<String> INPUTS = Set.of("VDD_IN", "VIN", "POM_5V_IN");
  private static final long PERIOD_MILLIS = 50;
  private static final int CHANNELS = 3;

  /** A place where power is measured. */
  private interface Rail {
    String label();

    double watts() throws IOException;
  }

  private record Channel(String label, Path millivolts, Path milliamperes) implements Rail {
    @Override
    public double watts() throws IOException {
      return SysFile.number(millivolts) * SysFile.number(milliamperes) / 1e6;
    }
  }

  private record Chip(String label, Path microwatts) implements Rail {
    @Override
    public double watts() throws IOException {
      return SysFile.number(microwatts) / 1e6;
    }
  }

  private final List<Rail> rails;
  private Thread sampler;
  private double joules;
  private double watts;
  private long at;
  private IOException failure;

  private BoardRails(List<Rail> rails, long nanos) throws IOException {
    this.rails = rails;
    this.watts = wattsNow();
    this.at = nanos;
  }

  /**
   * The rails of this machine.
   *
   * @param hwmon {@code /sys/class/hwmon}
   * @return empty where there is none, or no right to read it
   */
  static Optional<BoardRails> open(Path hwmon) {
    return open(hwmon, System.nanoTime());
  }

  static Optional<BoardRails> open(Path hwmon, long nanos) {
    List<Rail> rails = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(hwmon)) {
      for (Path folder : folders) {
        addRails(folder, rails);
      }
      rails.sort(Comparator.comparing(Rail::label));
      Optional<Rail> input = rails.stream().filter(r -> INPUTS.contains(r.label())).findFirst();
      List<Rail> taken = input.map(List::of).orElse(rails);
      return taken.isEmpty() ? Optional.empty() : Optional.of(new BoardRails(taken, nanos));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void addRails(Path folder, List<Rail> rails) throws IOException {
    Path name = folder.resolve("name");
    String chip = Files.isReadable(name) ? SysFile.text(name) : "";
    if (chip.equals("ina238")) {
      rails.add(new Chip("VIN", folder.resolve("power1_input")));
    } else if (chip.equals("ina3221")) {
      for (int i = 1; i <= CHANNELS; i++) {
        Path label = folder.resolve("in" + i + "_label");
        if (Files.isReadable(label) && !SysFile.text(label).equals("NC")) { // not connected
          Path volts = folder.resolve("in" + i + "_input");
          rails.add(new Channel(SysFile.text(label), volts, folder.resolve("curr" + i + "_input")));
        }
      }
    }
  }

  /** Reads the rails from now on, in a thread of its own. */
  void start() {
    sampler = new Thread(this::sampleOn, "board-rails");
    sampler.setDaemon(true);
    sampler.start();
  }

  private void sampleOn() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(PERIOD_MILLIS);
        sample(System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes the power now for the time since the last sample, half of it as it was then. */
  synchronized void sample(long nanos) {
    try {
      double now = wattsNow();
      joules += (watts + now) / 2 * (nanos - at) / 1e9;
      watts = now;
      at = nanos;
    } catch (IOException e) {
      failure = e;
    }
  }

  private double wattsNow() throws IOException {
    double sum = 0;
    for (Rail rail : rails) {
      sum += rail.watts();
    }
    return sum;
  }

  @Override
  public List<String> names() {
    return rails.stream().map(rail -> "rail " + rail.label()).toList();
  }

  @Override
  public double joules() throws IOException {
    if (sampler != null) {
      sample(System.nanoTime());
    }
    return sampled();
  }

  /** Joules up to the last sample. */
  synchronized double sampled() throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    return joules;
  }

  @Override
  public void close() {
    if (sampler != null) {
      sampler.interrupt();
    }
  }
}
