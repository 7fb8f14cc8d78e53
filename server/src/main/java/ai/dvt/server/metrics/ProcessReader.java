package ai.dvt.server.metrics;

import ai.dvt.server.runtime.ProcessMemory;
import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** The process as the operating system sees it, ONNX Runtime's memory included. */
final class ProcessReader {
  private ProcessReader() {}

  /** Adds what this operating system tells. */
  static void bindTo(MeterRegistry registry) {
    if (ProcessMemory.residentBytes().isPresent()) {
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
    OptionalLong bytes = ProcessMemory.residentBytes();
    return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
  }
}
