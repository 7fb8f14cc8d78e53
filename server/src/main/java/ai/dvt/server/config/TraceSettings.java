package ai.dvt.server.config;

import java.net.URI;

/**
 * Where spans go.
 *
 * @param endpoint of an OpenTelemetry collector
 * @param share of the traces that begin here
 */
public record TraceSettings(URI endpoint, double share) {
  public TraceSettings {
    ConfigException.require(
        ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
            && endpoint.getHost() != null,
        "otlp-endpoint",
        endpoint,
        "http://HOST:PORT or https://HOST:PORT");
    ConfigException.require(share >= 0 && share <= 1, "trace-share", share, "0 to 1");
  }
}
