package ai.dvt.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code serve} in a JVM of its own, with a small heap. */
final class ServerChild implements AutoCloseable {
  private final Process process;
  private final Path log;
  private final int port;

  private ServerChild(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /** Starts it and waits until it serves. */
  static ServerChild start(Path models, String heap, String... options) throws Exception {
    Path folder = Files.createTempDirectory(models, ".server");
    Path log = folder.resolve("log");
    Path portFile = folder.resolve("port");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+ExitOnOutOfMemoryError",
                ServerMain.class.getName(),
                "serve",
                "--models",
                models.toString(),
                "--port=0",
                "--port-file",
                portFile.toString()));
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command);
    // Not on the command line: ONNX Runtime's telemetry dies of long ones.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (!Files.exists(portFile)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("status " + process.exitValue() + ": " + Files.readString(log));
      }
    }
    return new ServerChild(process, log, Integer.parseInt(Files.readString(portFile).strip()));
  }

  int port() {
    return port;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The most memory that it took so far, in bytes; of Linux. */
  long mostResidentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmHWM:")) {
        return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no VmHWM");
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** Asks it to end, as a SIGTERM does, and waits for its status. */
  int terminate() throws InterruptedException {
    process.destroy();
    return process.waitFor();
  }

  /** Ends it at once, as a power cut would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
