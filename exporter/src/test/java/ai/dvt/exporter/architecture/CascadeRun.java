package ai.dvt.exporter.architecture;

import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.exporter.onnx.Graph;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a cascade from end to end, every image through every stage. */
final class CascadeRun {
  private static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();

  private CascadeRun() {}

  /** Every output of every stage, by name, e.g. {@code tokens}. */
  static List<Map<String, Npy>> of(CascadeGraphs cascade, Flavour flavour, Npy image)
      throws OrtException {
    List<Map<String, Npy>> all = new ArrayList<>();
    for (StageGraph stage : cascade.stages()) {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      feeds.put(stage.imageInput(), tensor(image));
      for (HandoverSpec handover : stage.handover()) {
        feeds.put(
            handover.input(), tensor(all.get(handover.fromStage() - 1).get(handover.output())));
      }
      Graph graph = stage.graph(flavour);
      Map<String, Npy> outputs = new LinkedHashMap<>();
      try (OrtSession session = ORT.createSession(graph.toBytes(), options());
          OrtSession.Result result = session.run(feeds)) {
        result.forEach(
            entry -> {
              OnnxTensor tensor = (OnnxTensor) entry.getValue();
              outputs.put(
                  entry.getKey(),
                  new Npy(tensor.getInfo().getShape(), tensor.getFloatBuffer().array()));
            });
      } finally {
        feeds.values().forEach(OnnxTensor::close);
      }
      all.add(outputs);
    }
    return all;
  }

  private static OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    return options;
  }

  private static OnnxTensor tensor(Npy array) throws OrtException {
    return OnnxTensor.createTensor(ORT, FloatBuffer.wrap(array.values()), array.shape());
  }
}
