package ai.dvt.server.cli;

import ai.dvt.server.config.ConnectionLimits;
import ai.dvt.server.config.Defaults;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a connection may be. */
final class ConnectionOptions {
  private final ConnectionLimits defaults = Defaults.connections();

  @Option(
      names = "--streams-per-connection",
      paramLabel = "N",
      description = "Calls at one time (default: 256).")
  private int streams = defaults.streams();

  @Option(
      names = "--keepalive",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Silence before the client is asked whether it lives (default: 40s).")
  private Duration keepAlive = defaults.keepAlive();

  @Option(
      names = "--keepalive-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Within which it has to say so (default: 20s).")
  private Duration keepAliveTimeout = defaults.keepAliveTimeout();

  @Option(
      names = "--connection-idle",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Connections without calls are closed after it (default: never).")
  private Duration idle;

  @Option(
      names = "--connection-age",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Connections are asked to go after it (default: never).")
  private Duration age;

  @Option(
      names = "--connection-age-grace",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "For calls under way then (default: 30s).")
  private Duration ageGrace = defaults.ageGrace();

  ConnectionLimits limits() {
    return new ConnectionLimits(
        streams,
        keepAlive,
        keepAliveTimeout,
        Optional.ofNullable(idle),
        Optional.ofNullable(age),
        ageGrace);
  }
}
