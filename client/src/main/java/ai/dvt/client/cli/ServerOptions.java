package ai.dvt.client.cli;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.CascadeClientBuilder;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.load.ServerProcess;
import ai.dvt.client.load.ServerProcessException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which server a command speaks to. */
final class ServerOptions {
  private static final Duration START_PATIENCE = Duration.ofMinutes(2);

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description =
          "A running server, or several by commas. Without it the command starts one for itself.")
  private String target;

  @Mixin private AccessOptions access;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Models of the server that the command starts (default: the shipped ones).")
  private Path models;

  /** A connection, and the server behind it where the command brought its own. */
  record Connection(CascadeClient client, ServerProcess own) implements AutoCloseable {
    /** Waits until the command's own server ends by itself. */
    void awaitEnd() throws InterruptedException {
      own.awaitEnd();
    }

    /** Throws what a server that died meanwhile said. */
    @Override
    public void close() {
      client.close();
      if (own != null) {
        Optional<ServerProcessException> death = own.death();
        own.close();
        if (death.isPresent()) {
          throw death.get();
        }
      }
    }
  }

  /** A server with all models. */
  Connection open() {
    return open(List.of());
  }

  /**
   * For one model; a server that the command starts loads no other.
   *
   * @param model empty: the only one
   * @param arguments more arguments for a server that the command starts
   * @throws IllegalArgumentException for an unknown model, or if several could be meant
   */
  Connection open(Optional<ModelId> model, List<String> arguments) throws IOException {
    if (target != null) {
      return open(arguments);
    }
    List<String> all = new ArrayList<>(arguments);
    all.addAll(new ModelsOnDisk(folder()).loading(model.map(ModelId::name).stream().toList()));
    return open(all);
  }

  /** The model for pictures with these labels, where the command will start a server. */
  Optional<ModelId> fitting(Collection<String> labels) throws IOException {
    return target == null
        ? new ModelsOnDisk(folder()).fitting(labels).map(ModelId::latest)
        : Optional.empty();
  }

  private Path folder() {
    return models == null ? home().resolve("onnx-models") : models.toAbsolutePath();
  }

  private Connection open(List<String> arguments) {
    if (target != null) {
      if (models != null) {
        throw new IllegalArgumentException(
            "--models: " + models + " (expected: not together with --server)");
      }
      return new Connection(client(), null);
    }
    access.checkNotGiven("--server");
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--models: " + folder + " (expected: a folder of models)");
    }
    ServerProcess server = ServerProcess.start(home(), folder, arguments, START_PATIENCE);
    return new Connection(CascadeClient.connect(server.target()), server);
  }

  private CascadeClient client() {
    CascadeClientBuilder builder = CascadeClient.builder(target);
    access.configure(builder);
    return builder.build();
  }

  /** Whether the command speaks to a server that somebody else started. */
  boolean foreign() {
    return target != null;
  }

  /** The installation's folder, as {@code bin/dvt} tells it. */
  static Path home() {
    String home = System.getProperty("dvt.home");
    if (home == null) {
      throw new IllegalArgumentException(
          "dvt.home: not set (expected: the installation's folder, as bin/dvt sets it)");
    }
    return Path.of(home);
  }
}
