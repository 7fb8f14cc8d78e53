package ai.dvt.exporter.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code dvt export | inspect | verify | compare-graphs | parity | measure-cost | solve}. */
@Command(
    name = "dvt",
    description = "From a checkpoint on disk to a cascade that can be served.",
    subcommands = {
      ExportCommand.class,
      InspectCommand.class,
      VerifyCommand.class,
      CompareGraphsCommand.class,
      ParityCommand.class,
      MeasureCostCommand.class,
      SolveCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = ExporterVersion.class)
public final class ExporterMain {
  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where an error comes from.")
  private boolean debug;

  private ExporterMain() {}

  public static void main(String[] arguments) {
    // Numbers look the same everywhere, as scripts read them.
    java.util.Locale.setDefault(java.util.Locale.ROOT);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int status = run(out, err, arguments);
    out.flush();
    err.flush();
    System.exit(status);
  }

  /**
   * Runs a command line.
   *
   * @return 0, 1 for a failure, 2 for a command line that does not read
   */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    ExporterMain main = new ExporterMain();
    CommandLine commandLine = new CommandLine(main);
    commandLine
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(
            (e, given) -> {
              err.println("error: " + Failures.line(e));
              err.println(
                  "       '"
                      + e.getCommandLine().getCommandSpec().qualifiedName()
                      + " --help' lists options");
              return 2;
            })
        .setExecutionExceptionHandler(
            (e, command, result) -> {
              Failures.print(e, err, main.debug);
              return 1;
            });
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError | StackOverflowError e) {
      Failures.print(e, err, main.debug);
      return 1;
    }
  }
}
