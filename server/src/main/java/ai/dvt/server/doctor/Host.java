package ai.dvt.server.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Processor, memory and the limits of the control group.
 *
 * @param root of the file system
 */
record Host(Path root) {
  /** What decides how fast ONNX Runtime's kernels, or a plugin's, can be. */
  private static final List<String> FEATURES =
      List.of(
          "avx2",
          "avx512f",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_tile",
          "amx_bf16",
          "amx_int8",
          "asimddp",
          "i8mm",
          "bf16",
          "sve");

  private static final String PROCESSOR = "processor";
  private static final String MEMORY = "memory";

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    value("proc/cpuinfo", "model name")
        .or(() -> value("proc/cpuinfo", "CPU part").map(part -> "Arm part " + part))
        .ifPresent(name -> findings.add(Finding.ok(PROCESSOR, "model", name)));
    List<String> flags =
        value("proc/cpuinfo", "flags")
            .or(() -> value("proc/cpuinfo", "Features"))
            .map(text -> List.of(text.split("\\s+")))
            .orElse(List.of());
    findings.add(
        Finding.ok(
            PROCESSOR,
            "features",
            String.join(" ", FEATURES.stream().filter(flags::contains).toList())));
    findings.add(
        Finding.ok(PROCESSOR, "cores for Java", Runtime.getRuntime().availableProcessors()));
    text("sys/fs/cgroup/cpu.max")
        .ifPresent(limit -> findings.add(Finding.ok(PROCESSOR, "cgroup cpu.max", limit)));
    value("proc/meminfo", "MemTotal")
        .ifPresent(memory -> findings.add(Finding.ok(MEMORY, "total", memory)));
    value("proc/meminfo", "MemAvailable")
        .ifPresent(memory -> findings.add(Finding.ok(MEMORY, "available", memory)));
    text("sys/fs/cgroup/memory.max")
        .ifPresent(limit -> findings.add(Finding.ok(MEMORY, "cgroup memory.max", limit)));
    findings.add(
        Finding.ok(MEMORY, "Java heap at most", (Runtime.getRuntime().maxMemory() >> 20) + " MiB"));
    return findings;
  }

  /** The first value of a key in a file of {@code key : value} lines. */
  private Optional<String> value(String file, String key) {
    return text(file).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(key))
        .filter(line -> line.substring(key.length()).stripLeading().startsWith(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private Optional<String> text(String file) {
    try {
      return Optional.of(Files.readString(root.resolve(file)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
