package ai.dvt.server.config;

import java.time.Duration;
import java.util.Optional;

/**
 * What a connection may be.
 *
 * @param streams calls at one time
 * @param keepAlive silence after which the server asks whether the client is still there
 * @param keepAliveTimeout within which the client has to say so
 * @param idle a connection without calls is closed after this; empty: never
 * @param age a connection is asked to go after this; empty: never
 * @param ageGrace for calls under way when the age is reached
 */
public record ConnectionLimits(
    int streams,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Optional<Duration> idle,
    Optional<Duration> age,
    Duration ageGrace) {
  public ConnectionLimits {
    ConfigException.require(streams >= 1, "streams-per-connection", streams, ">= 1");
    ConfigException.require(positive(keepAlive), "keepalive", keepAlive, "> 0");
    ConfigException.require(
        positive(keepAliveTimeout), "keepalive-timeout", keepAliveTimeout, "> 0");
    idle.ifPresent(d -> ConfigException.require(positive(d), "connection-idle", d, "> 0"));
    age.ifPresent(d -> ConfigException.require(positive(d), "connection-age", d, "> 0"));
    ConfigException.require(positive(ageGrace), "connection-age-grace", ageGrace, "> 0");
  }

  private static boolean positive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }
}
