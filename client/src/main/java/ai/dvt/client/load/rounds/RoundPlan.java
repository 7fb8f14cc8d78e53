package ai.dvt.client.load.rounds;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ForcedExits;
import java.time.Duration;
import java.util.Optional;

/**
 * One round.
 *
 * @param length of sending
 * @param ramp of it, at its start, in which a closed loop's answers do not count yet
 * @param firstImage the number of the first image; numbers pick pictures and forced exits
 * @param policy when an image may leave; empty: the model's default
 * @param exits instead of a policy: exits by lot
 * @param objective within which an answer is of use
 */
public record RoundPlan(
    Load load,
    Duration length,
    Duration ramp,
    long firstImage,
    Optional<ExitPolicy> policy,
    Optional<ForcedExits> exits,
    Optional<Duration> objective) {
  public RoundPlan {
    if (length.isNegative() || length.isZero()) {
      throw new IllegalArgumentException("seconds: " + length + " (expected: > 0)");
    }
    if (ramp.isNegative() || ramp.compareTo(length) >= 0) {
      throw new IllegalArgumentException(
          "ramp: " + ramp + " (expected: shorter than " + length + ")");
    }
  }
}
