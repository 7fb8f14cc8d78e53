package ai.dvt.client.load.energy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processor packages' energy counters (RAPL) as Linux shows them under {@code
 * /sys/class/powercap}. They may need rights to be read, and start again at zero after a range that
 * they name; at most once between two readings.
 */
final class RaplCounter implements EnergyCounter {
  /** Packages, not the parts that a package counts again. */
  private static final String PACKAGE = "intel-rapl:[0-9]+";

  /**
   * A package.
   *
   * @param range microjoules after which it starts again
   */
  private record Domain(String name, Path energy, long range) {}

  private final List<Domain> domains;
  private final long[] last;
  private double joules;

  private RaplCounter(List<Domain> domains) throws IOException {
    this.domains = domains;
    this.last = new long[domains.size()];
    for (int i = 0; i < last.length; i++) {
      last[i] = SysFile.number(domains.get(i).energy());
    }
  }

  /**
   * The counters of this machine.
   *
   * @param powercap {@code /sys/class/powercap}
   * @return empty where there is no counter or no right to read it
   */
  static Optional<RaplCounter> open(Path powercap) {
    List<Domain> domains = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(powercap)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (name.matches(PACKAGE)) {
          long range = SysFile.number(folder.resolve("max_energy_range_uj"));
          domains.add(new Domain(name, folder.resolve("energy_uj"), range));
        }
      }
      return domains.isEmpty() ? Optional.empty() : Optional.of(new RaplCounter(domains));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<String> names() {
    return domains.stream().map(domain -> "RAPL " + domain.name()).sorted().toList();
  }

  @Override
  public double joules() throws IOException {
    for (int i = 0; i < last.length; i++) {
      long now = SysFile.number(domains.get(i).energy());
      long spent = now - last[i];
      joules += (spent >= 0 ? spent : spent + domains.get(i).range()) / 1e6;
      last[i] = now;
    }
    return joules;
  }
}
