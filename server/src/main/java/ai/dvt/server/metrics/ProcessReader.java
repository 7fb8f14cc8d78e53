package ai.dvt.server.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process as the operating system sees it, ONNX Runtime's memory included. */
final class ProcessReader {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessReader() {}

  /** Adds what this operating system tells. */
  static void bindTo(MeterRegistry registry) {
    if (Files.isReadable(STATUS)) {
      Gauge.builder("process.resident.memory", ProcessReader::residentBytes)
          .description("Memory of the process: heap, models and buffers")
          .baseUnit("bytes")
          .register(registry);
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      FunctionCounter.builder(
              "process.cpu", system, seen -> Math.max(0, seen.getProcessCpuTime()) / 1e9)
          .description("Computing time of the process")
          .baseUnit("seconds")
          .register(registry);
      Gauge.builder(
              "process.open.fds", system, UnixOperatingSystemMXBean::getOpenFileDescriptorCount)
          .description("Open files and connections")
          .register(registry);
    }
  }

  private static double residentBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return 1024 * Double.parseDouble(line.replaceAll("[^0-9]", ""));
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      return Double.NaN;
    }
    return Double.NaN;
  }
}
