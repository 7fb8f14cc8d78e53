package ai.dvt.server.cli;

import ai.dvt.server.config.AccessSettings;
import ai.dvt.server.config.ConfigException;
import ai.dvt.server.config.HttpSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The HTTP port of {@code serve}. */
final class HttpOptions {
  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description =
          "Prometheus metrics at /metrics, liveness at /healthz; 0: any free one (default: none).")
  private Integer port;

  @Option(
      names = "--http-port-file",
      paramLabel = "FILE",
      description = "Gets that port's number, before --port-file gets its own.")
  private Path portFile;

  @Option(
      names = "--page",
      description = "Shows the live page there. Whoever reaches the port can classify pictures.")
  private boolean page;

  @Option(
      names = "--page-pictures",
      paramLabel = "PATH",
      description =
          "Pictures that the page offers, or a folder of them, whose name is the true label; may be"
              + " repeated.")
  private List<Path> pictures = List.of();

  /**
   * Nothing without {@code --http-port}.
   *
   * @param access of the gRPC port: the page must not be a way around it
   */
  Optional<HttpSettings> settings(String host, AccessSettings access) {
    if (page && (access.tokens().isPresent() || access.clientAuthority().isPresent())) {
      throw ConfigException.conflict(
          "page",
          "open to whoever reaches the port",
          "not with --token-file or --tls-client-ca, which the page does not know");
    }
    if (port == null) {
      if (page || !pictures.isEmpty() || portFile != null) {
        throw ConfigException.missing("http-port", "a port for the page");
      }
      return Optional.empty();
    }
    return Optional.of(new HttpSettings(host, port, page, pictures));
  }

  Optional<Path> portFile() {
    return Optional.ofNullable(portFile);
  }
}
