package ai.dvt.server.cli;

import ai.dvt.server.calls.CallWatcher;
import ai.dvt.server.calls.TraceExport;
import ai.dvt.server.config.TraceSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What {@code serve} says of its work. */
final class ObservationOptions {
  /** How log lines look. */
  enum Format {
    TEXT("ch.qos.logback.classic.encoder.PatternLayoutEncoder"),
    JSON("ch.qos.logback.classic.encoder.JsonEncoder");

    private final String encoder;

    Format(String encoder) {
      this.encoder = encoder;
    }
  }

  /** The least important line that is written. */
  enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info or debug, which has a line for every call (default: info).")
  private Level level = Level.INFO;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "text, or json: one object a line (default: text).")
  private Format format = Format.TEXT;

  @Option(
      names = "--slow-request",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Unary calls that take as long get a warning (default: none).")
  private Duration slow;

  @Option(
      names = "--otlp-endpoint",
      paramLabel = "URL",
      description =
          "Sends spans of calls, images and stages there, by OTLP over HTTP; e.g."
              + " http://127.0.0.1:4318 (default: no spans).")
  private URI endpoint;

  @Option(
      names = "--trace-share",
      paramLabel = "SHARE",
      description =
          "Of the calls without a traceparent, the share that gets spans (default: 1, all).")
  private double share = 1;

  /** Sets up logging; to be called before the first logger is made. */
  void applyLogging() {
    System.setProperty("dvt.log.level", level.name().toLowerCase(Locale.ROOT));
    System.setProperty("dvt.log.encoder", format.encoder);
  }

  CallWatcher watcher() {
    Optional<TraceSettings> traces =
        Optional.ofNullable(endpoint).map(address -> new TraceSettings(address, share));
    return CallWatcher.of(
        traces.map(chosen -> TraceExport.otlp(chosen.endpoint(), chosen.share())),
        Optional.ofNullable(slow));
  }
}
