package ai.dvt.server.doctor;

import ai.dvt.server.runtime.provider.NvidiaPlatform;
import ai.dvt.server.runtime.provider.Providers;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Native libraries: what is loaded, and what a GPU would need. */
final class NativeParts {
  private static final String RUNTIME = "onnx runtime";
  private static final String NVIDIA = "nvidia";

  /** What the GPU build of ONNX Runtime 1.29 links to, and what brings it. */
  private static final Map<String, String> NEEDED = needed();

  private static Map<String, String> needed() {
    Map<String, String> needed = new LinkedHashMap<>();
    needed.put("libcudart.so.12", "CUDA 12 runtime");
    needed.put("libcublas.so.12", "cuBLAS 12");
    needed.put("libcublasLt.so.12", "cuBLAS 12");
    needed.put("libcurand.so.10", "cuRAND");
    needed.put("libcufft.so.11", "cuFFT");
    needed.put("libcudnn.so.9", "cuDNN 9; optional for cuda");
    needed.put("libnvinfer.so.10", "TensorRT 10; for tensorrt alone");
    needed.put("libnvonnxparser.so.10", "TensorRT 10; for tensorrt alone");
    return needed;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(
            RUNTIME,
            "java",
            Runtime.version()
                + " on "
                + System.getProperty("os.name")
                + ' '
                + System.getProperty("os.arch")));
    findings.add(Finding.ok(RUNTIME, "version", Providers.runtimeVersion()));
    findings.add(Finding.ok(RUNTIME, "compiled in", String.join(" ", Providers.compiledIn())));
    mapped().forEach(path -> findings.add(Finding.ok(RUNTIME, "loaded", path)));
    NvidiaPlatform nvidia = NvidiaPlatform.here();
    findings.add(
        nvidia
            .driver()
            .map(version -> Finding.ok(NVIDIA, "driver", version))
            .orElseGet(() -> Finding.missing(NVIDIA, "driver", "no /proc/driver/nvidia/version")));
    nvidia.gpus().forEach(gpu -> findings.add(Finding.ok(NVIDIA, "gpu", gpu)));
    findings.add(driverLibrary());
    NEEDED.forEach((library, part) -> findings.add(load(library, part)));
    NvidiaPlatform.tensorRtVersion()
        .ifPresent(version -> findings.add(Finding.ok(NVIDIA, "TensorRT", version)));
    return findings;
  }

  /** ONNX Runtime's libraries in this process. */
  private static List<String> mapped() {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains("onnxruntime"))
          .filter(line -> line.contains("/"))
          .map(line -> line.substring(line.indexOf('/')))
          .filter(path -> path.contains(".so"))
          .distinct()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static Finding driverLibrary() {
    Optional<String> failed = loadError("libcuda.so.1");
    if (failed.isPresent()) {
      return Finding.missing(NVIDIA, "libcuda.so.1", failed.get());
    }
    NativeLibrary cuda = NativeLibrary.getInstance("libcuda.so.1");
    IntByReference version = new IntByReference();
    int status;
    try {
      status = cuda.getFunction("cuInit").invokeInt(new Object[] {0});
      cuda.getFunction("cuDriverGetVersion").invokeInt(new Object[] {version});
    } catch (UnsatisfiedLinkError e) {
      return Finding.broken(NVIDIA, "libcuda.so.1", e.getMessage() + " (expected: a driver's)");
    }
    String supports = version.getValue() / 1000 + "." + version.getValue() % 1000 / 10;
    return status == 0
        ? Finding.ok(NVIDIA, "libcuda.so.1", "supports CUDA " + supports)
        : Finding.broken(
            NVIDIA, "libcuda.so.1", "cuInit: " + status + " (expected: 0); CUDA " + supports);
  }

  private static Finding load(String library, String part) {
    return loadError(library)
        .map(error -> Finding.missing(NVIDIA, library, error + " (" + part + ")"))
        .orElseGet(() -> Finding.ok(NVIDIA, library, "found (" + part + ")"));
  }

  private static Optional<String> loadError(String library) {
    try {
      NativeLibrary.getInstance(library);
      return Optional.empty();
    } catch (UnsatisfiedLinkError e) {
      return Optional.of(
          String.valueOf(e.getMessage())
              .lines()
              .filter(line -> line.contains("cannot") || line.contains("undefined"))
              .findFirst()
              .orElse("not found"));
    }
  }
}
