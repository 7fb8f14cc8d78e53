package ai.dvt.server.runtime;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which provider runs how many nodes of a stage, by ONNX Runtime's own profile of one run on zeros.
 *
 * @param nodes by provider, e.g. {@code CPUExecutionProvider}, then by operator
 */
public record NodePlacement(Map<String, Map<String, Integer>> nodes) {
  public NodePlacement {
    nodes = new TreeMap<>(nodes);
  }

  /**
   * Opens a session of its own, runs it once and reads the profile.
   *
   * @param stage from 1
   */
  public static NodePlacement of(
      ExecutionProvider provider,
      Path folder,
      CascadeManifest manifest,
      VariantSpec variant,
      int stage)
      throws StageException {
    StageSpec spec = variant.stages().get(stage - 1);
    StageTensors tensors =
        StageTensors.of(manifest, new HandoverLayout(variant), spec, stage, false);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> zeros = new HashMap<>();
    Path profiles = null;
    try {
      profiles = Files.createTempDirectory("dvt-profile");
      String profile;
      try (OrtSession.SessionOptions options = SessionSettings.DEFAULT.options()) {
        options.enableProfiling(profiles.resolve("stage").toString());
        provider.addTo(options, tensors.graph(spec, 1));
        try (OrtSession session =
            environment.createSession(folder.resolve(spec.graph().path()).toString(), options)) {
          for (Tensor input : tensors.inputs()) {
            ByteBuffer row =
                ByteBuffer.allocateDirect(input.rowBytes()).order(ByteOrder.nativeOrder());
            zeros.put(
                input.name(),
                OnnxTensor.createTensor(
                    environment, row, input.batch(1), StageSession.typeOf(input.dataType())));
          }
          session.run(zeros).close();
          profile = session.endProfiling();
        }
      }
      return parse(Files.readString(Path.of(profile)));
    } catch (OrtException | IOException e) {
      throw new StageException(StageSession.place(stage, spec) + ": " + e.getMessage(), e);
    } finally {
      zeros.values().forEach(OnnxTensor::close);
      delete(profiles);
    }
  }

  /**
   * @param profile ONNX Runtime's trace events, a JSON array
   */
  static NodePlacement parse(String profile) {
    Map<String, Map<String, Integer>> nodes = new TreeMap<>();
    for (JsonElement event : JsonParser.parseString(profile).getAsJsonArray()) {
      JsonObject values = event.getAsJsonObject().getAsJsonObject("args");
      if (values != null && values.has("provider") && values.has("op_name")) {
        nodes
            .computeIfAbsent(values.get("provider").getAsString(), name -> new TreeMap<>())
            .merge(values.get("op_name").getAsString(), 1, Integer::sum);
      }
    }
    return new NodePlacement(nodes);
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** {@code CPUExecutionProvider 96}, and which operators where it is not alone. */
  @Override
  public String toString() {
    return nodes.entrySet().stream()
        .map(
            one ->
                one.getKey()
                    + ' '
                    + one.getValue().values().stream().mapToInt(Integer::intValue).sum()
                    + (nodes.size() > 1 ? " " + one.getValue() : ""))
        .collect(Collectors.joining(", "));
  }
}
