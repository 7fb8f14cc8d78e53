package ai.dvt.server.runtime.provider;

import ai.dvt.cascade.DataType;
import ai.dvt.server.runtime.graph.SmallGraph;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a provider works on this machine: only a session that ran tells. The graph multiplies and
 * adds small whole numbers, so the sum is exact in every precision, and may not fall back to the
 * CPU.
 *
 * @param provider its name
 * @param cause why it does not work; empty if it does
 * @param nativeText what ONNX Runtime wrote to standard error meanwhile
 */
public record ProviderCheck(String provider, Optional<String> cause, String nativeText) {
  private static final int SIDE = 16;

  public boolean works() {
    return cause.isEmpty();
  }

  /** Cause and native text in one line. */
  public String explanation() {
    String text = nativeText.replaceAll("\\s*\\R\\s*", " | ");
    return cause.orElse("works") + (text.isEmpty() ? "" : "; ONNX Runtime wrote: " + text);
  }

  /** Opens a session and runs it. Standard error is silent for everybody meanwhile. */
  public static ProviderCheck of(ExecutionProvider provider) {
    try (StandardError error = StandardError.listen()) {
      Optional<String> cause = attempt(provider);
      return new ProviderCheck(provider.name(), cause, error.heard());
    }
  }

  private static Optional<String> attempt(ExecutionProvider provider) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    StageGraph stage =
        new StageGraph("probe", List.of(new StageGraph.Input("x", List.of((long) SIDE))), SIDE);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      if (!(provider instanceof CpuProvider)) {
        options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
      }
      provider.addTo(options, stage);
      float[] ones = new float[SIDE * SIDE];
      Arrays.fill(ones, 1);
      long[] shape = {SIDE, SIDE};
      try (OrtSession session = environment.createSession(graph(), options);
          OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(ones), shape);
          OrtSession.Result result = session.run(Map.of("x", x, "w", x))) {
        FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
        for (int i = 0; i < SIDE * SIDE; i++) {
          if (y.get(i) != SIDE + 1) {
            return Optional.of("y[" + i + "]: " + y.get(i) + " (expected: " + (SIDE + 1) + ")");
          }
        }
      }
      return Optional.empty();
    } catch (OrtException | RuntimeException | LinkageError e) {
      return Optional.of(String.valueOf(e.getMessage()).strip());
    }
  }

  /** y = x w + x. */
  private static byte[] graph() {
    return new SmallGraph("probe")
        .input("x", DataType.FLOAT32, SmallGraph.ANY, SIDE)
        .input("w", DataType.FLOAT32, SIDE, SIDE)
        .node("MatMul", List.of("x", "w"), "p", Map.of())
        .node("Add", List.of("p", "x"), "y", Map.of())
        .output("y", DataType.FLOAT32, SmallGraph.ANY, SIDE)
        .toBytes();
  }
}
