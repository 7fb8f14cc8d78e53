package ai.dvt.client.load.rounds;

import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.client.call.ModelDescription;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a figure depends on.
 *
 * @param modelSha256 of the lines that {@code sha256sum} prints for the files of the variant in
 *     use: graph and data of every stage in order, each file once
 * @param threads that compute, runs side by side times threads of a run; 0 where unknown
 * @param runtimeVersion name and version
 * @param commit that the server was built from
 */
public record Environment(
    String modelSha256, String provider, int threads, String runtimeVersion, String commit) {

  /** Of a model as it is run. */
  public static Environment of(ModelDescription model) {
    ModelDescription.Execution execution = model.execution();
    return new Environment(
        sha256(model),
        model.provider(),
        execution.workers() * execution.threadsPerRun(),
        execution.runtime().isEmpty() ? "unknown" : execution.runtime(),
        execution.commit().isEmpty() ? "unknown" : execution.commit());
  }

  private static String sha256(ModelDescription model) {
    Map<String, FileSpec> files = new LinkedHashMap<>();
    for (StageSpec stage : model.variantInUse().stages()) {
      files.put(stage.graph().path(), stage.graph());
      stage.data().forEach(file -> files.putIfAbsent(file.path(), file));
    }
    StringBuilder lines = new StringBuilder();
    files
        .values()
        .forEach(f -> lines.append(f.sha256()).append("  ").append(f.path()).append('\n'));
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(lines.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
