package ai.dvt.server.cli;

import ai.dvt.server.config.RepositorySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which models, and how they change. */
final class RepositoryOptions {
  @Option(
      names = "--load",
      paramLabel = "MODEL",
      split = ",",
      description = "Models loaded at the start (default: all).")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--versions",
      paramLabel = "N",
      description =
          "Newest good versions of a model that are served (default: all; 1 where models may change,"
              + " with --poll or --repository-control).")
  private Integer versions;

  @Option(
      names = "--poll",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How often new and removed versions are looked for (default: never).")
  private Duration poll;

  @Option(
      names = "--unload-first",
      description = "The old version leaves before the new one is loaded: for little memory.")
  private boolean unloadFirst;

  @Option(
      names = "--copies",
      paramLabel = "DIR",
      description =
          "Where model files are copied to while they are loaded (default: the system's folder for"
              + " temporary files).")
  private Path copies;

  @Option(
      names = "--repository-control",
      description = "Callers may load and unload models (RepositoryModelLoad and -Unload).")
  private boolean control;

  @Option(
      names = "--settings-memory",
      paramLabel = "BYTES",
      converter = BytesConverter.class,
      description =
          "Weights of a model's settings, such as keep rates, that may be loaded beside its first"
              + " one (default: 1GiB). They are loaded when asked for.")
  private long settingBytes = RepositorySettings.SETTING_BYTES;

  RepositorySettings settings() {
    return new RepositorySettings(
        Optional.ofNullable(poll),
        versions != null ? versions : poll != null || control ? 1 : RepositorySettings.ALL,
        unloadFirst,
        Optional.ofNullable(copies),
        only,
        control,
        settingBytes);
  }
}
