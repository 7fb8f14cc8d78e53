package ai.dvt.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The exporter's {@code solve}, in a process of its own: server and exporter know files alone. */
final class SolverProcess {
  private static final String MAIN = "ai.dvt.exporter.cli.ExporterMain";

  private SolverProcess() {}

  /**
   * @return the process's exit status
   */
  static int run(List<String> arguments, PrintWriter out) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN,
                "solve"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.println(line);
      }
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }
}
