package ai.dvt.server.runtime.provider;

import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NvidiaProviders;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** An NVIDIA GPU through CUDA. */
public final class CudaProvider implements ExecutionProvider {
  public static final String NAME = "cuda";

  private static final String TF32 = "use_tf32";

  /**
   * Memory grows by what is asked for instead of doubling, and convolutions are chosen by a rule
   * instead of by measuring every new batch size.
   */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "device_id",
          "0",
          "arena_extend_strategy",
          "kSameAsRequested",
          "cudnn_conv_algo_search",
          "HEURISTIC",
          "do_copy_in_default_stream",
          "1",
          TF32,
          "1");

  private final Map<String, String> chosen;
  private final boolean tf32;

  /**
   * @param chosen ONNX Runtime's options that replace the defaults
   * @param tf32 whether NVIDIA's libraries may use TF32, by {@link NvidiaPlatform#tf32Allowed}
   */
  public CudaProvider(Map<String, String> chosen, boolean tf32) {
    this.chosen = Map.copyOf(chosen);
    this.tf32 = tf32;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean onHost() {
    return false;
  }

  /**
   * TF32 keeps 10 of float32's 23 bits behind the point: logits move by more than a self-test
   * allows. GPUs before Ampere have none, and are compared with float32 all the same.
   */
  @Override
  public boolean reducesPrecision() {
    return tf32 && !Set.of("0", "false", "False").contains(chosen.getOrDefault(TF32, "1"));
  }

  /** A GPU with memory of its own fills up late; on a Jetson the system would lack the memory. */
  @Override
  public int largestBatchTried() {
    return NvidiaPlatform.here().jetson() ? USUAL_BATCH_TRIED : 128;
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

  @Override
  public void addTo(SessionOptions session, StageGraph graph) throws OrtException {
    try {
      NvidiaProviders.addCuda(session, options(graph));
    } catch (NativeException e) {
      throw new OrtException(e.getMessage());
    }
  }
}
