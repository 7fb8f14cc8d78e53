package ai.dvt.client.load;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * {@code bin/dvt raw-chain} of this installation as a child process: a line for a line. It ends
 * when its input does, which is when this JVM ends at the latest. For one thread.
 */
public final class RawChainProcess implements AutoCloseable {
  private static final Duration END_PATIENCE = Duration.ofSeconds(10);

  private final Process process;
  private final Path log;
  private final BufferedWriter commands;
  private final BufferedReader answers;
  private final String description;

  private RawChainProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.commands =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      this.description = line();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts the process and waits for its model's description.
   *
   * @param home the installation's folder, with {@code bin/dvt}
   * @param model a version folder or a model's folder
   * @param arguments more arguments for {@code raw-chain}
   * @throws ServerProcessException if it does not come up, with what it said
   */
  public static RawChainProcess start(Path home, Path model, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(home.resolve("bin").resolve("dvt").toString(), "raw-chain", model.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("DVT_NO_BUILD", "1");
    try {
      Path log = Files.createTempFile("dvt-raw-chain", ".log");
      return new RawChainProcess(builder.redirectError(log.toFile()).start(), log);
    } catch (IOException e) {
      throw new ServerProcessException(
          "raw chain: " + e.getMessage() + " (expected: to start)", "");
    }
  }

  /** The model, a DescribeModelResponse as JSON. */
  public String description() {
    return description;
  }

  /**
   * Sends one line and waits for one.
   *
   * @throws ServerProcessException if the process ends instead
   */
  public String ask(String command) {
    try {
      commands.write(command);
      commands.newLine();
      commands.flush();
    } catch (IOException e) {
      throw ended();
    }
    return line();
  }

  private String line() {
    try {
      String line = answers.readLine();
      if (line != null) {
        return line;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw ended();
  }

  private ServerProcessException ended() {
    String said = "";
    try {
      process.waitFor(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      said = Files.readString(log);
    } catch (IOException e) {
      said = "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new ServerProcessException("raw chain: ended (expected: to run on)", said);
  }

  /** Processor time that the process has spent so far, where the platform tells. */
  public OptionalDouble cpuSeconds() {
    return process
        .info()
        .totalCpuDuration()
        .map(spent -> OptionalDouble.of(spent.toNanos() / 1e9))
        .orElse(OptionalDouble.empty());
  }

  /** Ends the process and removes its log. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    log.toFile().delete();
  }
}
