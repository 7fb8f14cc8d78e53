package ai.dvt.server.runtime.provider;

import java.nio.file.Path;

/**
 * Where engines that were built for a stage are kept. TensorRT never notices that a kept engine no
 * longer fits, so everything it depends on is in the path: the graph, the GPU, the versions.
 *
 * @param root of all engines
 * @param gpu its name, e.g. {@code NVIDIA H200}
 * @param runtimeVersion of ONNX Runtime
 * @param builderVersion of TensorRT, and what else its engines depend on
 */
public record EngineFolders(Path root, String gpu, String runtimeVersion, String builderVersion) {
  public EngineFolders {
    root = root.toAbsolutePath();
  }

  /** {@code ROOT/GPU/ort-VERSION/trt-VERSION/SHA256-bMAXBATCH}. */
  public Path of(StageGraph graph) {
    return root.resolve(plain(gpu))
        .resolve("ort-" + plain(runtimeVersion))
        .resolve("trt-" + plain(builderVersion))
        .resolve(plain(graph.key()) + "-b" + graph.maxBatch());
  }

  private static String plain(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9.]+", "_");
    return plain.isBlank() || plain.matches("\\.+") ? "unknown" : plain;
  }
}
