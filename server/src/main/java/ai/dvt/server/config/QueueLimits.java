package ai.dvt.server.config;

import java.util.Optional;

/**
 * What may wait, and who shares it.
 *
 * @param rows admitted images together
 * @param bytes of all admitted images together: pictures and handed-over tensors
 * @param clientKeyHeader the ASCII metadata header that tells clients apart; absent, or not sent:
 *     the peer's address does
 */
public record QueueLimits(int rows, long bytes, Optional<String> clientKeyHeader) {
  public QueueLimits {
    ConfigException.require(rows >= 1, "queue-rows", rows, ">= 1");
    ConfigException.require(bytes >= 1, "queue-bytes", bytes, ">= 1");
    clientKeyHeader.ifPresent(
        name ->
            ConfigException.require(
                name.matches("[0-9a-z_.-]+") && !name.endsWith("-bin"),
                "client-key-header",
                '"' + name + '"',
                "a lower-case metadata name that does not end in -bin"));
  }
}
