package ai.dvt.exporter.calibration;

import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.Thresholds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Which pictures leave an exit first (DVT, Table 9). */
public enum ExitOrder {
  CONFIDENCE(Criterion.CONFIDENCE),
  ENTROPY(Criterion.ENTROPY),
  MARGIN(Criterion.MARGIN),
  /** By lot: what early exit is worth without knowing anything; no policy can ask for it. */
  RANDOM(null);

  private final Optional<Criterion> criterion;

  ExitOrder(Criterion criterion) {
    this.criterion = Optional.ofNullable(criterion);
  }

  /** The criterion of a policy with this order. */
  public Optional<Criterion> criterion() {
    return criterion;
  }

  /**
   * A picture's urge to leave at an exit, the larger the earlier.
   *
   * @param lot used by {@link #RANDOM} alone
   */
  float urge(ExitOutcome outcome, Random lot) {
    return switch (this) {
      case CONFIDENCE -> Criterion.CONFIDENCE.valueOf(outcome);
      case ENTROPY -> -Criterion.ENTROPY.valueOf(outcome);
      case MARGIN -> Criterion.MARGIN.valueOf(outcome);
      case RANDOM -> lot.nextFloat();
    };
  }

  /**
   * Thresholds of a policy.
   *
   * @param urges one per exit but the last, {@link Thresholds#NEVER} included
   * @throws CalibrationException for {@link #RANDOM}
   */
  public Thresholds thresholds(List<Float> urges) throws CalibrationException {
    if (criterion.isEmpty()) {
      throw new CalibrationException("order", this, "one that a policy can ask for");
    }
    List<Float> values = new ArrayList<>();
    for (float urge : urges) {
      values.add(this == ENTROPY && urge != Thresholds.NEVER ? Math.max(0f, -urge) : urge);
    }
    return new Thresholds(criterion.get(), values);
  }
}
