package ai.dvt.cascade;

import java.util.Locale;

/** What is compared with an exit's threshold (DVT, Section 3.1 and Table 9). */
public enum Criterion {
  /** Largest softmax probability; reached when {@code >=} the threshold. */
  CONFIDENCE(">="),
  /** Entropy of the softmax distribution in nats; reached when {@code <=} the threshold. */
  ENTROPY("<="),
  /** Largest minus second largest softmax probability; reached when {@code >=} the threshold. */
  MARGIN(">=");

  private final String operator;

  Criterion(String operator) {
    this.operator = operator;
  }

  /** The comparison in the text form of a policy: {@code >=} or {@code <=}. */
  public String operator() {
    return operator;
  }

  /** The name in the text form of a policy, e.g. {@code confidence}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** This criterion's value of an outcome, float32. */
  public float valueOf(ExitOutcome outcome) {
    return switch (this) {
      case CONFIDENCE -> outcome.confidence();
      case ENTROPY -> outcome.entropy();
      case MARGIN -> outcome.confidence() - outcome.secondConfidence();
    };
  }

  /**
   * Whether the outcome reaches the threshold; compared in float32, {@link Thresholds#NEVER} is
   * never reached.
   */
  public boolean reached(ExitOutcome outcome, float threshold) {
    if (threshold == Thresholds.NEVER) {
      return false;
    }
    float value = valueOf(outcome);
    return this == ENTROPY ? value <= threshold : value >= threshold;
  }
}
