package ai.dvt.client.load.energy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The energy that this machine tells of, in joules: a board's power rails ({@link BoardRails}),
 * which carry its processors and its GPU; without rails the processors' packages ({@link
 * RaplCounter}) and NVIDIA's GPUs ({@link NvmlCounter}). All work on the machine counts, not only
 * ours. Not thread-safe.
 */
public final class EnergyMeter implements AutoCloseable {
  private static final Path POWERCAP = Path.of("/sys/class/powercap");
  private static final Path HWMON = Path.of("/sys/class/hwmon");
  private static final String NVML = "libnvidia-ml.so.1";

  private final List<EnergyCounter> counters;

  private EnergyMeter(List<EnergyCounter> counters) {
    this.counters = counters;
  }

  /** Of this machine; one that says nothing where there is no counter or no right to read it. */
  public static EnergyMeter open() {
    return open(POWERCAP, NVML, HWMON);
  }

  static EnergyMeter open(Path powercap, String nvml, Path hwmon) {
    List<EnergyCounter> counters = new ArrayList<>();
    Optional<BoardRails> rails = BoardRails.open(hwmon);
    if (rails.isPresent()) {
      rails.get().start();
      counters.add(rails.get());
    } else {
      RaplCounter.open(powercap).ifPresent(counters::add);
      NvmlCounter.open(nvml).ifPresent(counters::add);
    }
    return new EnergyMeter(counters);
  }

  /** What is added up, e.g. {@code RAPL intel-rapl:0}; empty: nothing is. */
  public List<String> counters() {
    return counters.stream().flatMap(counter -> counter.names().stream()).toList();
  }

  /** Joules since it was opened; empty without counters, or if one of them fell silent. */
  public OptionalDouble joules() {
    if (counters.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      double joules = 0;
      for (EnergyCounter counter : counters) {
        joules += counter.joules();
      }
      return OptionalDouble.of(joules);
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  @Override
  public void close() {
    counters.forEach(EnergyCounter::close);
  }
}
