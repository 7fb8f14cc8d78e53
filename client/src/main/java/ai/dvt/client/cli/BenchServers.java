package ai.dvt.client.cli;

import ai.dvt.client.load.ServerProcess;
import ai.dvt.client.load.ServerProcessException;
import ai.dvt.client.load.rounds.Connector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Stack;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The servers that {@code bench} measures; starts one if none is given. */
final class BenchServers {
  private static final Duration START_PATIENCE = Duration.ofMinutes(10);

  /** Its value stands behind a sign of equality, or is the next argument. */
  private static final Pattern PROVIDER_OPTION =
      Pattern.compile(
          "--strict-provider|--(provider(-option|-library)?|handover|engine-cache)(=.*|(?<separate>))");

  @Parameters(
      arity = "0..1",
      paramLabel = "SERVER",
      description = "A running server, host:port. Without it the command starts one for itself.")
  private String target;

  @Option(
      names = "--server-b",
      paramLabel = "HOST:PORT",
      description = "Another running server for B (default: A's).")
  private String targetB;

  @Mixin private AccessOptions access;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Models of the server that the command starts (default: the shipped ones).")
  private Path models;

  @Option(
      names = "--server-option",
      paramLabel = "OPTION",
      preprocessor = AsItIs.class,
      description =
          "An option of 'dvt serve' for that server, e.g. --server-option=--max-batch=16; may be"
              + " given again.")
  private List<String> options = List.of();

  /** Takes the next argument, also one that reads like an option of bench. */
  static final class AsItIs implements CommandLine.IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> facts) {
      if (arguments.isEmpty()) {
        return false;
      }
      List<String> options = new ArrayList<>(option.<List<String>>getValue());
      options.add(arguments.pop());
      option.setValue(options);
      return true;
    }
  }

  /** The servers, and the process where the command brought its own. */
  record Servers(String a, String b, ServerProcess own) implements AutoCloseable {
    /** What the own server's process has spent so far; empty for a foreign one. */
    OptionalDouble cpuSeconds(String target) {
      return own != null && target.equals(own.target()) ? own.cpuSeconds() : OptionalDouble.empty();
    }

    /** Throws what a server that died meanwhile said. */
    @Override
    public void close() {
      if (own != null) {
        Optional<ServerProcessException> death = own.death();
        own.close();
        if (death.isPresent()) {
          throw death.get();
        }
      }
    }
  }

  /**
   * The servers.
   *
   * @param needed whether any side is a server
   * @param rawChain whether a side is none, and needs the models for itself
   * @param a model that A's server is to load; empty: the only one
   * @param b the same for B, where it has no server of its own
   * @throws IllegalArgumentException for an unknown model, or if several could be meant
   */
  Servers open(boolean needed, boolean rawChain, Optional<String> a, Optional<String> b)
      throws IOException {
    boolean foreign = target != null || !needed;
    if (target == null) {
      access.checkNotGiven("a running server");
    }
    if (foreign && !options.isEmpty() || target != null && models != null && !rawChain) {
      throw new IllegalArgumentException(
          "--models, --server-option: given (expected: only with a server to start)");
    }
    if (!needed) {
      return new Servers("", "", null);
    }
    if (target != null) {
      return new Servers(target, targetB == null ? target : targetB, null);
    }
    List<String> arguments =
        withModels(
            targetB != null || a.isEmpty()
                ? a.stream().toList()
                : Stream.concat(a.stream(), b.stream()).distinct().toList());
    ServerProcess server =
        ServerProcess.start(ServerOptions.home(), folder(), arguments, START_PATIENCE);
    return new Servers(server.target(), targetB == null ? server.target() : targetB, server);
  }

  private List<String> withModels(List<String> names) throws IOException {
    if (options.stream()
        .anyMatch(option -> option.equals("--load") || option.startsWith("--load="))) {
      return options;
    }
    List<String> all = new ArrayList<>(options);
    all.addAll(new ModelsOnDisk(folder()).loading(names));
    return all;
  }

  /** Of the server's options those that say what runs the stages: a raw chain takes them, too. */
  List<String> providerOptions() {
    List<String> chosen = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      Matcher option = PROVIDER_OPTION.matcher(options.get(i));
      if (option.matches()) {
        chosen.add(options.get(i));
        if (option.group("separate") != null && i + 1 < options.size()) {
          chosen.add(options.get(++i));
        }
      }
    }
    return chosen;
  }

  /** How connections to running servers are opened. */
  Connector connector() {
    return access.connector();
  }

  /** The folder of models of the server to start, and of raw chains. */
  Path folder() {
    Path folder =
        models == null ? ServerOptions.home().resolve("onnx-models") : models.toAbsolutePath();
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("--models: " + folder + " (expected: a folder of models)");
    }
    return folder;
  }
}
