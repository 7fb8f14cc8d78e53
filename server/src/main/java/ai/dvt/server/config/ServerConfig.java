package ai.dvt.server.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * All of a server's settings.
 *
 * @param models the folder of {@code <model>/<version>/}
 * @param port 0: any free one
 * @param drainTimeout from the wish to stop to the end of calls still open
 * @param providers what runs the stages
 * @param adaptation what it may do about load and drift
 * @param repository which models, and how they change
 * @param access who may call
 */
public record ServerConfig(
    Path models,
    String host,
    int port,
    EngineLimits engine,
    CallLimits calls,
    ConnectionLimits connections,
    Duration drainTimeout,
    ProviderSettings providers,
    Adaptation adaptation,
    RepositorySettings repository,
    AccessSettings access) {
  public ServerConfig {
    ConfigException.require(!host.isBlank(), "host", '"' + host + '"', "a name or address");
    ConfigException.require(port >= 0 && port <= 65535, "port", port, "0 to 65535");
    ConfigException.require(!drainTimeout.isNegative(), "drain-timeout", drainTimeout, ">= 0");
  }

  /**
   * On the CPU, with models that never change and answers that depend on nothing but the request.
   */
  public ServerConfig(
      Path models,
      String host,
      int port,
      EngineLimits engine,
      CallLimits calls,
      ConnectionLimits connections,
      Duration drainTimeout) {
    this(
        models,
        host,
        port,
        engine,
        calls,
        connections,
        drainTimeout,
        ProviderSettings.CPU,
        Adaptation.NONE,
        RepositorySettings.DEFAULT,
        AccessSettings.OPEN);
  }

  /** The same on other providers. */
  public ServerConfig with(ProviderSettings other) {
    return new ServerConfig(
        models,
        host,
        port,
        engine,
        calls,
        connections,
        drainTimeout,
        other,
        adaptation,
        repository,
        access);
  }

  /** The same with other leave to adapt. */
  public ServerConfig with(Adaptation other) {
    return new ServerConfig(
        models,
        host,
        port,
        engine,
        calls,
        connections,
        drainTimeout,
        providers,
        other,
        repository,
        access);
  }

  /** The same with another way of handling the repository. */
  public ServerConfig with(RepositorySettings other) {
    return new ServerConfig(
        models,
        host,
        port,
        engine,
        calls,
        connections,
        drainTimeout,
        providers,
        adaptation,
        other,
        access);
  }

  /** The same for other callers. */
  public ServerConfig with(AccessSettings other) {
    return new ServerConfig(
        models,
        host,
        port,
        engine,
        calls,
        connections,
        drainTimeout,
        providers,
        adaptation,
        repository,
        other);
  }
}
