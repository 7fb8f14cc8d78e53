package ai.dvt.client.load;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * A server of this installation as a child process on a free port, from {@link #start} until {@link
 * #close}. It also ends when this JVM does.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Duration END_PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Process process;
  private final Path folder;
  private final Thread hook;
  private String target;

  private ServerProcess(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    this.hook =
        new Thread(
            () -> {
              process.destroy();
              deleteFiles(folder);
            },
            "server-end");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts {@code bin/dvt serve} and waits until it serves.
   *
   * @param home the installation's folder, with {@code bin/dvt}
   * @param models the folder of models
   * @param arguments more arguments for {@code serve}
   * @param patience how long it may take to serve
   * @throws ServerProcessException if it dies or does not serve in time, with what it said
   */
  public static ServerProcess start(
      Path home, Path models, List<String> arguments, Duration patience) {
    Path folder = null;
    ServerProcess server = null;
    try {
      folder = Files.createTempDirectory("dvt-server");
      List<String> command =
          new ArrayList<>(
              List.of(
                  home.resolve("bin").resolve("dvt").toString(),
                  "serve",
                  "--models",
                  models.toString(),
                  "--port",
                  "0",
                  "--port-file",
                  folder.resolve("port").toString()));
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().put("DVT_NO_BUILD", "1");
      builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
      server = new ServerProcess(builder.start(), folder);
      server.awaitServing(System.nanoTime() + patience.toNanos());
      return server;
    } catch (IOException e) {
      discard(server, folder);
      throw new ServerProcessException("server: " + e.getMessage() + " (expected: to start)", "");
    } catch (RuntimeException e) {
      discard(server, folder);
      throw e;
    }
  }

  private static void discard(ServerProcess server, Path folder) {
    if (server != null) {
      server.close();
    } else if (folder != null) {
      deleteFiles(folder);
    }
  }

  private void awaitServing(long deadlineNanos) throws IOException {
    Path portFile = folder.resolve("port");
    String port = "";
    while (port.isEmpty()) {
      pause(deadlineNanos);
      port = Files.exists(portFile) ? Files.readString(portFile).strip() : "";
    }
    target = "127.0.0.1:" + port;
    ManagedChannel channel =
        Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).build();
    try {
      while (!serving(channel)) {
        pause(deadlineNanos);
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static boolean serving(ManagedChannel channel) {
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(1, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  private void pause(long deadlineNanos) {
    try {
      if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ServerProcessException(
            "server: ended with status " + process.exitValue() + " (expected: to serve)", log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerProcessException("server: interrupted (expected: time to start)", "");
    }
    if (System.nanoTime() > deadlineNanos) {
      throw new ServerProcessException("server: not SERVING in time (expected: to serve)", log());
    }
  }

  /** Where it listens, {@code host:port}. */
  public String target() {
    return target;
  }

  /** Processor time that the process has spent so far, where the platform tells. */
  public OptionalDouble cpuSeconds() {
    return process
        .info()
        .totalCpuDuration()
        .map(spent -> OptionalDouble.of(spent.toNanos() / 1e9))
        .orElse(OptionalDouble.empty());
  }

  /** Waits until the process ends by itself. */
  public void awaitEnd() throws InterruptedException {
    process.waitFor();
  }

  /** That the process has ended although nobody closed it, with what it said. */
  public Optional<ServerProcessException> death() {
    return process.isAlive()
        ? Optional.empty()
        : Optional.of(
            new ServerProcessException(
                "server: ended with status " + process.exitValue() + " (expected: to serve on)",
                log()));
  }

  private String log() {
    try {
      return new String(Files.readAllBytes(folder.resolve("log")), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Ends the process, politely first, and removes its files. */
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
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      process.destroyForcibly();
    }
    deleteFiles(folder);
  }

  private static void deleteFiles(Path folder) {
    for (String name : List.of("port", "log", "")) {
      folder.resolve(name).toFile().delete();
    }
  }
}
