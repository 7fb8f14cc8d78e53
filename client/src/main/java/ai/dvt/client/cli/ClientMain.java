package ai.dvt.client.cli;

import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.FieldViolation;
import ai.dvt.client.load.ServerProcessException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** The client's commands. */
@Command(
    name = "dvt",
    subcommands = {
      ClassifyCommand.class,
      DemoCommand.class,
      ModelsCommand.class,
      DescribeCommand.class,
      BenchCommand.class
    })
public final class ClientMain {
  /** Kept, because a logger that nobody holds forgets its level. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  private ClientMain() {}

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
    return new CommandLine(new ClientMain())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, command, parsed) -> report(failure, err))
        .execute(arguments);
  }

  private static int report(Exception failure, PrintWriter err) {
    for (Throwable besides : failure.getSuppressed()) {
      if (besides instanceof ServerProcessException server) {
        report(server, err);
      }
    }
    if (failure instanceof CascadeClientException refused) {
      err.println("dvt: " + refused.getMessage());
      for (FieldViolation violation : refused.violations()) {
        if (!refused.getMessage().contains(violation.description())) {
          err.println("  " + violation.field() + ": " + violation.description());
        }
      }
    } else if (failure instanceof ServerProcessException server) {
      err.print(server.log());
      err.println("dvt: " + server.getMessage());
    } else if (failure instanceof NoSuchFileException missing) {
      err.println("dvt: " + missing.getFile() + ": not found (expected: a file or folder)");
    } else if (failure instanceof IOException || failure instanceof IllegalArgumentException) {
      err.println("dvt: " + failure.getMessage());
    } else {
      err.println("dvt: a defect of the client:");
      failure.printStackTrace(err);
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }
}
