package ai.dvt.exporter.verify;

import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The stages of a variant, open in ONNX Runtime on the CPU. Owns the sessions; one thread at a
 * time.
 */
public final class CascadeSessions implements AutoCloseable {
  private final VariantSpec variant;
  private final List<OrtSession> sessions;

  private CascadeSessions(VariantSpec variant, List<OrtSession> sessions) {
    this.variant = variant;
    this.sessions = sessions;
  }

  /**
   * Loads the files of a version folder.
   *
   * @throws VerifyException naming the file that ONNX Runtime refuses
   */
  public static CascadeSessions open(Path folder, VariantSpec variant) throws IOException {
    CascadeSessions cascade = new CascadeSessions(variant, new ArrayList<>());
    try {
      for (StageSpec stage : variant.stages()) {
        cascade.sessions.add(session(folder, stage));
      }
      return cascade;
    } catch (IOException | RuntimeException e) {
      cascade.close();
      throw e;
    }
  }

  private static OrtSession session(Path folder, StageSpec stage) throws IOException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return OrtEnvironment.getEnvironment()
          .createSession(folder.resolve(stage.graph().path()).toString(), options);
    } catch (OrtException e) {
      throw new VerifyException(stage.graph().path(), e);
    }
  }

  /** The logits of every exit, float32 [pictures, classes]. */
  public static List<NpyArray> logits(Path folder, VariantSpec variant, NpyArray input)
      throws IOException {
    try (CascadeSessions cascade = open(folder, variant)) {
      List<Map<String, NpyArray>> outputs = cascade.run(input);
      List<NpyArray> logits = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        logits.add(outputs.get(i).get(variant.stages().get(i).logitsOutput()));
      }
      return logits;
    }
  }

  /**
   * Runs all stages on the same pictures, handing over what the variant lists.
   *
   * @param input float32 [pictures, 3, height, width]
   * @return the float32 outputs of every stage by name
   * @throws VerifyException naming the stage that does not run
   */
  public List<Map<String, NpyArray>> run(NpyArray input) throws IOException {
    List<OrtSession.Result> results = new ArrayList<>();
    List<Map<String, NpyArray>> outputs = new ArrayList<>();
    FloatBuffer pixels = direct(input);
    long[] shape = input.shape().stream().mapToLong(Integer::longValue).toArray();
    try (OnnxTensor image =
        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), pixels, shape)) {
      for (int i = 0; i < sessions.size(); i++) {
        StageSpec stage = variant.stages().get(i);
        Map<String, OnnxTensor> inputs = new HashMap<>();
        inputs.put(stage.imageInput(), image);
        for (HandoverSpec handover : stage.handover()) {
          inputs.put(
              handover.input(),
              (OnnxTensor)
                  results.get(handover.fromStage() - 1).get(handover.output()).orElseThrow());
        }
        OrtSession.Result result = run(stage, sessions.get(i), inputs);
        results.add(result);
        outputs.add(arrays(result));
      }
      return outputs;
    } catch (OrtException e) {
      throw new VerifyException("input " + input.shape(), e);
    } finally {
      results.forEach(OrtSession.Result::close);
    }
  }

  private static OrtSession.Result run(
      StageSpec stage, OrtSession session, Map<String, OnnxTensor> inputs) throws IOException {
    try {
      return session.run(inputs);
    } catch (OrtException e) {
      throw new VerifyException(stage.graph().path(), e);
    }
  }

  private static Map<String, NpyArray> arrays(OrtSession.Result result) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, OnnxValue> output : result) {
      OnnxTensor tensor = (OnnxTensor) output.getValue();
      FloatBuffer values = tensor.getFloatBuffer();
      if (values != null) {
        float[] copy = new float[values.remaining()];
        values.get(copy);
        int[] shape = new int[tensor.getInfo().getShape().length];
        for (int axis = 0; axis < shape.length; axis++) {
          shape[axis] = Math.toIntExact(tensor.getInfo().getShape()[axis]);
        }
        arrays.put(output.getKey(), NpyArray.ofFloats(copy, shape));
      }
    }
    return arrays;
  }

  private static FloatBuffer direct(NpyArray input) {
    float[] values = input.toFloats();
    FloatBuffer direct =
        ByteBuffer.allocateDirect(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return direct.put(values).rewind();
  }

  @Override
  public void close() {
    for (OrtSession session : sessions) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
    sessions.clear();
  }
}
