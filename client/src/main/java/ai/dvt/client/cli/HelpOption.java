package ai.dvt.client.cli;

import picocli.CommandLine.Option;

/** {@code --help}, without picocli's {@code --version}, which names a model's version here. */
final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean asked;
}
