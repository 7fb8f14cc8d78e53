package ai.dvt.server.config;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What may wait, and who shares it.
 *
 * @param rows admitted images together
 * @param bytes of all admitted images together: pictures and handed-over tensors
 * @param clientKeyHeader the ASCII metadata header that tells clients apart; absent, or not sent:
 *     the peer's address does
 * @param memory bytes of the whole process that it is to stay under; empty: no limit
 */
public record QueueLimits(
    int rows, long bytes, Optional<String> clientKeyHeader, OptionalLong memory) {
  public QueueLimits {
    ConfigException.require(rows >= 1, "queue-rows", rows, ">= 1");
    ConfigException.require(bytes >= 1, "queue-bytes", bytes, ">= 1");
    memory.ifPresent(most -> ConfigException.require(most >= 1, "memory-limit", most, ">= 1"));
    clientKeyHeader.ifPresent(
        name ->
            ConfigException.require(
                name.matches("[0-9a-z_.-]+") && !name.endsWith("-bin"),
                "client-key-header",
                '"' + name + '"',
                "a lower-case metadata name that does not end in -bin"));
  }

  /** Without a limit of the whole process. */
  public QueueLimits(int rows, long bytes, Optional<String> clientKeyHeader) {
    this(rows, bytes, clientKeyHeader, OptionalLong.empty());
  }
}
