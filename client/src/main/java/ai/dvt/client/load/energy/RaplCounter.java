package ai.dvt.client.load.energy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The processor packages' energy counters (RAPL) as Linux shows them under {@code
 * /sys/class/powercap}. They count the whole machine's work, may need rights to be read, and start
 * again at zero after a range that they name; at most once between two readings.
 */
public final class RaplCounter {
  /** Packages, not the parts that a package counts again. */
  private static final String PACKAGES = "intel-rapl:[0-9]*";

  /**
   * A package.
   *
   * @param range microjoules after which it starts again
   */
  private record Domain(Path energy, long range) {}

  private final List<Domain> domains;
  private final long[] last;
  private double joules;

  private RaplCounter(List<Domain> domains) throws IOException {
    this.domains = domains;
    this.last = new long[domains.size()];
    for (int i = 0; i < last.length; i++) {
      last[i] = read(domains.get(i).energy());
    }
  }

  /**
   * The counters of this machine.
   *
   * @param powercap {@code /sys/class/powercap}
   * @return one that always says nothing where there is no counter or no right to read it
   */
  public static RaplCounter open(Path powercap) {
    List<Domain> domains = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(powercap, PACKAGES)) {
      for (Path folder : folders) {
        if (folder.getFileName().toString().matches("intel-rapl:[0-9]+")) {
          domains.add(
              new Domain(folder.resolve("energy_uj"), read(folder.resolve("max_energy_range_uj"))));
        }
      }
      return new RaplCounter(domains);
    } catch (IOException | NumberFormatException e) {
      return new RaplCounter();
    }
  }

  private RaplCounter() {
    this.domains = List.of();
    this.last = new long[0];
  }

  private static long read(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  /** Joules since the counter was opened; empty without counters. */
  public synchronized OptionalDouble joules() {
    if (domains.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      for (int i = 0; i < last.length; i++) {
        long now = read(domains.get(i).energy());
        long spent = now - last[i];
        joules += (spent >= 0 ? spent : spent + domains.get(i).range()) / 1e6;
        last[i] = now;
      }
      return OptionalDouble.of(joules);
    } catch (IOException | NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
