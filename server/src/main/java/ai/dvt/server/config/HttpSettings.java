package ai.dvt.server.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The HTTP port: metrics and liveness, and the page where it is wanted.
 *
 * @param port 0: any free one
 * @param page whether the live page is there
 * @param samples the folder of the page's pictures
 */
public record HttpSettings(String host, int port, boolean page, Optional<Path> samples) {
  public HttpSettings {
    ConfigException.require(!host.isBlank(), "host", '"' + host + '"', "a name or address");
    ConfigException.require(port >= 0 && port <= 65535, "http-port", port, "0 to 65535");
    ConfigException.require(
        page || samples.isEmpty(),
        "page-pictures",
        samples.map(Path::toString).orElse(""),
        "together with --page");
  }
}
