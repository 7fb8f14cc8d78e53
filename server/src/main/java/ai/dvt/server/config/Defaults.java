package ai.dvt.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The settings of an operator who chose nothing. */
public final class Defaults {
  public static final String HOST = "127.0.0.1";
  public static final int PORT = 8500;

  /** Images of a run where nothing is measured: to compare figures, to test models. */
  public static final int BATCH = 8;

  public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(30);

  /** Compiled engines, with the user's other caches. */
  public static final Path ENGINES =
      Path.of(System.getProperty("user.home", "."), ".cache", "dvt", "engines");

  private Defaults() {}

  /**
   * A thread a core, mode and batch size by measuring; 1024 images and half of the heap's limit for
   * admitted images, which lie outside the heap.
   */
  public static EngineLimits engine() {
    Runtime runtime = Runtime.getRuntime();
    return new EngineLimits(
        runtime.availableProcessors(),
        Mode.AUTO,
        OptionalInt.empty(),
        List.of(),
        new QueueLimits(1024, Math.max(64L << 20, runtime.maxMemory() / 2), Optional.empty()));
  }

  /**
   * Messages of 64 MiB; a quarter of the heap's limit, and at least one message, for all requests
   * under way; half of the queue for the client-driven images of one connection.
   */
  public static CallLimits calls() {
    int message = 64 << 20;
    return new CallLimits(
        message,
        Math.max(message, Runtime.getRuntime().maxMemory() / 4),
        Duration.ofSeconds(60),
        1024,
        256,
        engine().queue().bytes() / 2,
        Duration.ofSeconds(30));
  }

  /** 256 calls a connection, dead peers found within a minute, no end by idleness or age. */
  public static ConnectionLimits connections() {
    return new ConnectionLimits(
        256,
        Duration.ofSeconds(40),
        Duration.ofSeconds(20),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(30));
  }

  /** Everything by default. */
  public static ServerConfig server(Path models) {
    return new ServerConfig(models, HOST, PORT, engine(), calls(), connections(), DRAIN_TIMEOUT);
  }
}
