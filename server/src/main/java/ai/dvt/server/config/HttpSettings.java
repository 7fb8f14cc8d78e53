package ai.dvt.server.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The HTTP port: metrics and liveness, and the page where it is wanted.
 *
 * @param port 0: any free one
 * @param page whether the live page is there
 * @param samples the page's pictures, and folders of them
 */
public record HttpSettings(String host, int port, boolean page, List<Path> samples) {

  public HttpSettings {
    samples = List.copyOf(samples);
    ConfigException.require(!host.isBlank(), "host", '"' + host + '"', "a name or address");
    ConfigException.require(port >= 0 && port <= 65535, "http-port", port, "0 to 65535");
    ConfigException.require(
        page || samples.isEmpty(), "page-pictures", samples, "together with --page");
  }
}
