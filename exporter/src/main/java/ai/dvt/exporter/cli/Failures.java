package ai.dvt.exporter.cli;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.npy.NpyException;
import ai.dvt.exporter.architecture.ArchitectureException;
import ai.dvt.exporter.bundle.BundleException;
import ai.dvt.exporter.checkpoint.CheckpointException;
import ai.dvt.exporter.geometry.GeometryException;
import ai.dvt.exporter.onnx.GraphException;
import ai.dvt.exporter.verify.VerifyException;
import ai.dvt.exporter.weights.WeightsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine.ParameterException;

/** What a failure looks like to a user: one line, no stack. */
final class Failures {
  /** Their messages name what was got and the rule. */
  private static final List<Class<? extends Throwable>> EXPLAINED =
      List.of(
          CheckpointException.class,
          WeightsException.class,
          ArchitectureException.class,
          GeometryException.class,
          GraphException.class,
          BundleException.class,
          ContractException.class,
          NpyException.class,
          VerifyException.class,
          ParameterException.class);

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
    if (EXPLAINED.stream().anyMatch(type -> type.isInstance(failure))) {
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
    if (failure instanceof IOException) {
      return message;
    }
    if (failure instanceof OutOfMemoryError) {
      return "memory: " + message + " (expected: a larger heap, DVT_JAVA_OPTS=-Xmx2g)";
    }
    return "unexpected "
        + failure.getClass().getSimpleName()
        + ": "
        + message
        + " (--debug tells more)";
  }
}
