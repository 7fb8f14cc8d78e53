package ai.dvt.server.runtime.provider;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.util.Map;
import java.util.TreeMap;

/** An NVIDIA GPU through CUDA. */
public final class CudaProvider implements ExecutionProvider {
  public static final String NAME = "cuda";

  /**
   * Memory grows by what is asked for instead of doubling, and convolutions are chosen by a rule
   * instead of by measuring every new batch size.
   */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "device_id", "0",
          "arena_extend_strategy", "kSameAsRequested",
          "cudnn_conv_algo_search", "HEURISTIC",
          "do_copy_in_default_stream", "1",
          "use_tf32", "1");

  private final Map<String, String> chosen;

  /**
   * @param chosen options of OrtCUDAProviderOptions that replace the defaults
   */
  public CudaProvider(Map<String, String> chosen) {
    this.chosen = Map.copyOf(chosen);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean onHost() {
    return false;
  }

  @Override
  public String memory() {
    return "Cuda";
  }

  @Override
  public int deviceNumber() {
    return Integer.parseInt(chosen.getOrDefault("device_id", "0"));
  }

  @Override
  public Map<String, String> options(StageGraph graph) {
    Map<String, String> options = new TreeMap<>(DEFAULTS);
    options.putAll(chosen);
    return options;
  }

  /** Always by the options object: the CPU jar's JNI library refuses the short form. */
  @Override
  public void addTo(SessionOptions session, StageGraph graph) throws OrtException {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions()) {
      for (Map.Entry<String, String> option : options(graph).entrySet()) {
        cuda.add(option.getKey(), option.getValue());
      }
      session.addCUDA(cuda);
    }
  }
}
