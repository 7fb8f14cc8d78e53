package ai.dvt.server.cli;

import ai.dvt.server.config.CallLimits;
import ai.dvt.server.config.Defaults;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What callers may take. */
final class CallOptions {
  private final CallLimits defaults = Defaults.calls();

  @Option(
      names = "--max-message-bytes",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description = "Largest request message (default: 64MiB).")
  private long maxMessageBytes = defaults.maxMessageBytes();

  @Option(
      names = "--max-inflight-request-bytes",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description =
          "Request messages of all calls, acquired before one is read"
              + " (default: a quarter of the heap's limit).")
  private long maxInflightRequestBytes = defaults.maxInflightRequestBytes();

  @Option(
      names = "--message-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Within which an admitted message has to arrive (default: 60s).")
  private Duration messageTimeout = defaults.messageTimeout();

  @Option(
      names = "--images-per-request",
      paramLabel = "N",
      description = "Of one Classify (default: 1024).")
  private int imagesPerRequest = defaults.imagesPerRequest();

  @Option(
      names = "--images-per-stream",
      paramLabel = "N",
      description = "On the way at one time (default: 256).")
  private int imagesPerStream = defaults.imagesPerStream();

  @Option(
      names = "--client-driven-bytes",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description =
          "Images on the way in all Cascade streams of one connection, with what they hand over"
              + " (default: half of the default queue).")
  private long clientDrivenBytes = defaults.clientDrivenBytes();

  @Option(
      names = "--idle-limit",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long an image waits for CONTINUE or STOP (default: 30s).")
  private Duration idleLimit = defaults.idleLimit();

  CallLimits limits() {
    return new CallLimits(
        (int) Math.min(maxMessageBytes, Integer.MAX_VALUE),
        maxInflightRequestBytes,
        messageTimeout,
        imagesPerRequest,
        imagesPerStream,
        clientDrivenBytes,
        idleLimit);
  }
}
