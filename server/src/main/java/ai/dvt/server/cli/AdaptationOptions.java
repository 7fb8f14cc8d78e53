package ai.dvt.server.cli;

import ai.dvt.server.config.Adaptation;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the server may do about load and drift. */
final class AdaptationOptions {
  /** A switch that is written out. */
  enum Switch {
    ON,
    OFF
  }

  @Option(
      names = "--adapt-to-load",
      paramLabel = "on|off",
      description =
          "Answer earlier when more images come than can be answered otherwise, by a plan made at"
              + " start (dvt plan shows it); clients can refuse by adapt=no (default: off).")
  private Switch adaptToLoad = Switch.OFF;

  @Option(
      names = "--objective",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "The latency to keep: Classify is refused at once when its answer is expected too late,"
              + " and the plan is made for it (default: none; plans are made for 200ms).")
  private Duration objective;

  @Option(
      names = "--guard-share",
      paramLabel = "SHARE",
      description =
          "Share of early answers that are compared with the last exit in idle time"
              + " (default: 0).")
  private double guardShare;

  @Option(
      names = "--guard-action",
      paramLabel = "warn|stricter",
      description =
          "When they agree less often than the calibration promised: say so, or also answer those"
              + " who ask for the point with a stricter one (default: warn).")
  private Adaptation.GuardAction guardAction = Adaptation.GuardAction.WARN;

  Adaptation adaptation() {
    return new Adaptation(
        adaptToLoad == Switch.ON, Optional.ofNullable(objective), guardShare, guardAction);
  }
}
