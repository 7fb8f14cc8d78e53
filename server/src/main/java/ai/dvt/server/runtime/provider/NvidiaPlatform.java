package ai.dvt.server.runtime.provider;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the system says about an NVIDIA GPU without asking the GPU.
 *
 * @param root of the file system
 */
public record NvidiaPlatform(Path root) {
  /** This machine's. */
  public static NvidiaPlatform here() {
    return new NvidiaPlatform(Path.of("/"));
  }

  /** The first line of the kernel driver's version; empty: no driver. */
  public Optional<String> driver() {
    return lines("proc/driver/nvidia/version").stream().findFirst();
  }

  /** The GPUs' names; of a Jetson, which has no such list, the board's. */
  public List<String> gpus() {
    Path folder = root.resolve("proc/driver/nvidia/gpus");
    if (Files.isDirectory(folder)) {
      try (Stream<Path> gpus = Files.list(folder)) {
        return gpus.sorted()
            .flatMap(gpu -> lines(root.relativize(gpu.resolve("information")).toString()).stream())
            .filter(line -> line.startsWith("Model:"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .toList();
      } catch (IOException e) {
        return List.of();
      }
    }
    return boards();
  }

  /** Whether this is a Jetson, whose GPU shares the system's memory. */
  public boolean jetson() {
    // A container may hide the board, and not the driver of its memory.
    return !boards().isEmpty() || Files.exists(root.resolve("dev/nvmap"));
  }

  private List<String> boards() {
    return lines("proc/device-tree/model").stream()
        .map(line -> line.replace("\0", "").strip())
        .filter(line -> line.contains("NVIDIA") || line.contains("Jetson"))
        .toList();
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file));
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * Whether NVIDIA's libraries may use TF32 for float32: everywhere unless the environment's {@code
   * NVIDIA_TF32_OVERRIDE} is 0.
   */
  public static boolean tf32Allowed() {
    return !"0".equals(System.getenv("NVIDIA_TF32_OVERRIDE"));
  }

  /** TensorRT's version by its library, e.g. {@code 10.9.0}; empty: no library. */
  public static Optional<String> tensorRtVersion() {
    try {
      int version =
          NativeLibrary.getInstance("libnvinfer.so.10")
              .getFunction("getInferLibVersion")
              .invokeInt(new Object[0]);
      return Optional.of(version / 10_000 + "." + version / 100 % 100 + "." + version % 100);
    } catch (UnsatisfiedLinkError e) {
      return Optional.empty();
    }
  }
}
