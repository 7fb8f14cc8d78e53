package ai.dvt.exporter.cli;

import ai.dvt.exporter.verify.GraphComparison;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt compare-graphs}. */
@Command(
    name = "compare-graphs",
    description =
        "Times two ONNX graphs of one function in turns: ONNX Runtime, one thread. The ratio is"
            + " SECOND / FIRST, so above 1 means that FIRST is faster.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareGraphsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FIRST", description = "An ONNX file.")
  private Path first;

  @Parameters(index = "1", paramLabel = "SECOND", description = "An ONNX file of the same inputs.")
  private Path second;

  @Option(names = "--batch", paramLabel = "IMAGES", description = "Default: 8.")
  private int batch = 8;

  @Option(names = "--rounds", paramLabel = "N", description = "At least 9. Default: 15.")
  private int rounds = 15;

  @Override
  public Integer call() throws Exception {
    for (Path file : new Path[] {first, second}) {
      if (!Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString());
      }
    }
    spec.commandLine()
        .getOut()
        .println(new GraphComparison(first, second, batch, rounds).measure());
    return 0;
  }
}
