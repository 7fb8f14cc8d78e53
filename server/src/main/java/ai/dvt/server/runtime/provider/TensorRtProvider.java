package ai.dvt.server.runtime.provider;

import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NvidiaProviders;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An NVIDIA GPU through TensorRT, and through CUDA for what TensorRT leaves. */
public final class TensorRtProvider implements ExecutionProvider {
  public static final String NAME = "tensorrt";

  private static final Set<String> ON = Set.of("1", "true", "True");

  private final Map<String, String> chosen;
  private final EngineFolders engines;
  private final CudaProvider rest;
  private final boolean tf32;

  /**
   * @param chosen ONNX Runtime's options that replace the defaults
   * @param engines where built engines are kept
   * @param tf32 whether NVIDIA's libraries may use TF32, by {@link NvidiaPlatform#tf32Allowed}
   */
  public TensorRtProvider(
      Map<String, String> chosen, EngineFolders engines, CudaProvider rest, boolean tf32) {
    this.chosen = Map.copyOf(chosen);
    this.engines = engines;
    this.rest = rest;
    this.tf32 = tf32;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean compiles() {
    return true;
  }

  @Override
  public boolean onHost() {
    return false;
  }

  /** TensorRT uses TF32 wherever it may; ONNX Runtime has no option against it. */
  @Override
  public boolean reducesPrecision() {
    return tf32
        || Stream.of("trt_fp16_enable", "trt_bf16_enable", "trt_int8_enable")
            .anyMatch(option -> ON.contains(chosen.getOrDefault(option, "0")));
  }

  @Override
  public String memory() {
    return rest.memory();
  }

  @Override
  public int deviceNumber() {
    return Integer.parseInt(chosen.getOrDefault("device_id", "0"));
  }

  @Override
  public ExecutionProvider forRows() {
    return rest;
  }

  /**
   * Engines and timings are kept, and every free dimension has its range from the start: a shape
   * outside of it would rebuild the engine inside a request.
   */
  @Override
  public Map<String, String> options(StageGraph graph) {
    String folder = engines.of(graph).toString();
    Map<String, String> options = new TreeMap<>();
    options.put("device_id", "0");
    options.put("trt_engine_cache_enable", "1");
    options.put("trt_engine_cache_path", folder);
    options.put("trt_timing_cache_enable", "1");
    options.put("trt_timing_cache_path", folder);
    options.put("trt_cuda_graph_enable", "0");
    if (!graph.inputs().isEmpty()) {
      options.put("trt_profile_min_shapes", shapes(graph, g -> 1));
      options.put("trt_profile_opt_shapes", shapes(graph, StageGraph::maxBatch));
      options.put("trt_profile_max_shapes", shapes(graph, StageGraph::maxBatch));
    }
    options.putAll(chosen);
    return options;
  }

  /** {@code image:8x3x224x224,tokens:8x50x384}. */
  private static String shapes(StageGraph graph, ToLongFunction<StageGraph> rows) {
    return graph.inputs().stream()
        .map(
            input ->
                input.name()
                    + ':'
                    + rows.applyAsLong(graph)
                    + input.shape().stream().map(d -> "x" + d).collect(Collectors.joining()))
        .collect(Collectors.joining(","));
  }

  @Override
  public void addTo(SessionOptions session, StageGraph graph) throws OrtException {
    try {
      Files.createDirectories(Path.of(options(graph).get("trt_engine_cache_path")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      NvidiaProviders.addTensorRt(session, options(graph));
    } catch (NativeException e) {
      throw new OrtException(e.getMessage());
    }
    rest.addTo(session, graph);
  }
}
