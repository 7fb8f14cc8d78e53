package ai.dvt.cascade;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One criterion with one threshold per exit but the last, which always answers.
 *
 * @param values in exit order, float32: in [0, 1] (entropy: finite nats, {@code >= 0}), or {@link
 *     #NEVER} for an exit that nobody takes
 */
public record Thresholds(Criterion criterion, List<Float> values) implements ExitRule {
  /** The threshold that no outcome reaches. */
  public static final float NEVER = Float.POSITIVE_INFINITY;

  public Thresholds {
    values = List.copyOf(values);
    for (int i = 0; i < values.size(); i++) {
      float value = values.get(i);
      boolean valid =
          value == NEVER || (value >= 0 && (criterion == Criterion.ENTROPY || value <= 1));
      if (!valid) {
        throw new ContractException(
            "thresholds[" + i + "]",
            value,
            criterion == Criterion.ENTROPY
                ? "nats >= 0, or never"
                : "a float32 in [0, 1], or never");
      }
    }
  }

  /**
   * A threshold as other programs store it: {@code >= 1e8} means never and {@code <= 0} means
   * always.
   *
   * @throws ContractException for NaN and for values between 1 and 1e8
   */
  public static float imported(float stored) {
    if (stored >= 1e8f) {
      return NEVER;
    }
    if (stored <= 0) {
      return 0;
    }
    if (!(stored <= 1)) {
      throw new ContractException("threshold", stored, "<= 1, or >= 1e8 for never");
    }
    return stored;
  }

  /** Whether an exit but the last is confident enough to answer. */
  public boolean reached(ExitOutcome outcome) {
    return criterion.reached(outcome, values.get(outcome.exit() - 1));
  }

  @Override
  public String toString() {
    return criterion.text()
        + criterion.operator()
        + values.stream()
            .map(v -> v == NEVER ? "never" : Float.toString(v))
            .collect(Collectors.joining(","));
  }
}
