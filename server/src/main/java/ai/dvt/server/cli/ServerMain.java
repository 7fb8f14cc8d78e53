package ai.dvt.server.cli;

import ai.dvt.server.ServerException;
import ai.dvt.server.config.ConfigException;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ProviderException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** The server's commands. */
@Command(
    name = "dvt",
    subcommands = {
      ServeCommand.class,
      CalibrateCommand.class,
      EvaluateCommand.class,
      PlanCommand.class,
      DoctorCommand.class,
      CompileCommand.class,
      MeasureCommand.class,
      RawChainCommand.class,
      CompletionCommand.class
    })
public final class ServerMain {
  /** Kept, because a logger that nobody holds forgets its level. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  private ServerMain() {}

  /** Runs a command; exits with 0, 1 for a failure or 2 for a wrong use. */
  public static void main(String[] arguments) {
    GRPC_LOG.setLevel(Level.SEVERE);
    System.exit(
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            arguments));
  }

  /** Runs a command with its output and errors written there. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    ConfiguredArguments.Expanded expanded = ConfiguredArguments.of(arguments);
    if (!expanded.problems().isEmpty()) {
      expanded.problems().forEach(problem -> err.println("dvt: " + problem));
      return ExitCode.USAGE;
    }
    return new CommandLine(new ServerMain())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, command, parsed) -> report(failure, err))
        .execute(expanded.arguments());
  }

  private static int report(Exception failure, PrintWriter err) {
    if (failure instanceof ConfigException wrongUse) {
      err.println("dvt: --" + wrongUse.getMessage());
      return ExitCode.USAGE;
    }
    if (failure instanceof ServerException
        || failure instanceof EvaluationException
        || failure instanceof ProviderException
        || failure instanceof RepositoryException
        || failure instanceof StageException
        || failure instanceof java.io.IOException) {
      err.println("dvt: " + failure.getMessage());
    } else {
      err.println("dvt: a defect of the server:");
      failure.printStackTrace(err);
    }
    return ExitCode.SOFTWARE;
  }
}
