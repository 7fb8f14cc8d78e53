package ai.dvt.server.config;

import java.time.Duration;
import java.util.Optional;

/**
 * What the server may do about load and drift.
 *
 * @param adaptToLoad whether images may be answered earlier than their policies say when more of
 *     them come than the server can answer; off by default, so that an answer does not depend on
 *     other clients unless the operator wants it
 * @param objective the latency to keep; with it, images are refused that would be answered later
 * @param guardShare the share of early answers that are compared with the last exit in idle time
 * @param guardAction what follows when they agree less often than the calibration promised
 */
public record Adaptation(
    boolean adaptToLoad, Optional<Duration> objective, double guardShare, GuardAction guardAction) {
  /** Nothing of it. */
  public static final Adaptation NONE =
      new Adaptation(false, Optional.empty(), 0, GuardAction.WARN);

  /** What a guard does about drift. */
  public enum GuardAction {
    /** Says so in the log and the statistics. */
    WARN,
    /** Also answers those who ask for the point with a stricter one. */
    STRICTER
  }

  public Adaptation {
    objective.ifPresent(
        time ->
            ConfigException.require(
                !time.isNegative() && !time.isZero(), "objective", time, "> 0"));
    ConfigException.require(
        guardShare >= 0 && guardShare <= 1, "guard-share", guardShare, "0 to 1");
  }
}
