package ai.dvt.exporter.cli;

import ai.dvt.exporter.checkpoint.CheckpointFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt inspect}. */
@Command(
    name = "inspect",
    description = "Prints what a checkpoint or an exported model holds.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE|MODEL", description = "A checkpoint, or a version folder.")
  private Path path;

  @Mixin private ArchitectureChoice architecture;

  @Option(names = "--ema", description = "Look at the moving average of the weights.")
  private boolean ema;

  @Option(names = "--state-dict", paramLabel = "KEY", description = "As for export.")
  private String stateDict;

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (Files.isDirectory(path)) {
      return ModelInspection.print(path, out) ? 0 : 1;
    }
    CheckpointOptions options = new CheckpointOptions();
    options.file = path;
    options.ema = ema;
    options.stateDict = stateDict;
    try (CheckpointFile file = CheckpointFile.open(path)) {
      CheckpointInspection.print(file, options.select(file), architecture, tensors, out);
    }
    return 0;
  }
}
