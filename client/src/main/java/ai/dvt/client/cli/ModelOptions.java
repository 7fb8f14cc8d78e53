package ai.dvt.client.cli;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.client.call.ModelId;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model, and when images may leave it. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model (default: the only one served).")
  private String name;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "A version of the model (default: the latest).")
  private String version;

  @Option(
      names = "--policy",
      paramLabel = "TEXT",
      description =
          "When an image may leave, e.g. 'confidence>=0.8', 'point=NAME; stop=2', 'last'"
              + " (default: the model's).")
  private String policy;

  Optional<ModelId> id() {
    if (name == null && version != null) {
      throw new IllegalArgumentException("--version: " + version + " (expected: with --model)");
    }
    return Optional.ofNullable(name).map(n -> new ModelId(n, Optional.ofNullable(version)));
  }

  Optional<ExitPolicy> policy() {
    return Optional.ofNullable(policy).map(ExitPolicy::parse);
  }
}
