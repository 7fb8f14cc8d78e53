package ai.dvt.exporter.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.ParameterException;

/** What a failure looks like to a user: one line, no stack. */
final class Failures {
  /** In every message that the project writes: what was got, and the rule. */
  private static final String EXPLAINED = "(expected: ";

  private Failures() {}

  static void print(Throwable failure, PrintWriter err, boolean debug) {
    err.println("error: " + line(failure));
    if (debug) {
      failure.printStackTrace(err);
    }
  }

  static String line(Throwable failure) {
    Throwable told =
        failure instanceof UncheckedIOException unchecked ? unchecked.getCause() : failure;
    return text(told).lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
  }

  private static String text(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains(EXPLAINED) || failure instanceof ParameterException) {
      return message;
    }
    if (failure instanceof NoSuchFileException file) {
      return file.getFile() + ": absent (expected: a file or folder)";
    }
    if (failure instanceof AccessDeniedException file) {
      return file.getFile() + ": access denied (expected: permission)";
    }
    if (failure instanceof FileSystemException file) {
      return file.getFile() + ": " + (file.getReason() == null ? message : file.getReason());
    }
    if (failure instanceof OutOfMemoryError) {
      return "memory: " + message + " (expected: a larger heap, DVT_JAVA_OPTS=-Xmx2g)";
    }
    if (failure instanceof RuntimeException || failure instanceof Error) {
      return "unexpected "
          + failure.getClass().getSimpleName()
          + ": "
          + message
          + " (--debug tells more)";
    }
    return message;
  }
}
