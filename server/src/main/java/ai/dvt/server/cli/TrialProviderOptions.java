package ai.dvt.server.cli;

import ai.dvt.server.config.ProviderSettings;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What runs the stages, and how it is tried before it is used. */
final class TrialProviderOptions extends ProviderOptions {
  @Option(
      names = "--parity-pictures",
      paramLabel = "PATH",
      description =
          "A picture, or a folder of some: a provider that computes with less than float32 must"
              + " answer as float32 does on up to 200 of them (default: the models' self-tests').")
  private Optional<Path> pictures = Optional.empty();

  @Override
  ProviderSettings settings() {
    return super.settings().withParityPictures(pictures);
  }
}
