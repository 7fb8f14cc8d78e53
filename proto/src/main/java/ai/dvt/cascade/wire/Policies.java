package ai.dvt.cascade.wire;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.Thresholds;
import com.google.protobuf.util.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Exit policies, thresholds and reasons. */
public final class Policies {
  private Policies() {}

  /**
   * The record of a message.
   *
   * @throws ContractException naming the field that breaks a rule
   */
  public static ExitPolicy fromMessage(ai.dvt.cascade.v1.ExitPolicy message) {
    ExitRule rule =
        switch (message.getRuleCase()) {
          case THRESHOLDS -> fromMessage(message.getThresholds());
          case OPERATING_POINT -> new ExitRule.AtPoint(message.getOperatingPoint());
          case RULE_NOT_SET -> new ExitRule.LastExit();
        };
    Optional<Duration> latencyBudget = Optional.empty();
    if (message.hasLatencyBudget()) {
      if (!Durations.isValid(message.getLatencyBudget())) {
        throw new ContractException(
            "latency_budget", message.getLatencyBudget().getSeconds() + " s", "a valid duration");
      }
      latencyBudget =
          Optional.of(
              Duration.ofSeconds(
                  message.getLatencyBudget().getSeconds(), message.getLatencyBudget().getNanos()));
    }
    return new ExitPolicy(
        rule,
        message.getStopAt() == 0 ? OptionalInt.empty() : OptionalInt.of(message.getStopAt()),
        message.getMaxGflops() == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(message.getMaxGflops()),
        latencyBudget,
        message.getFloor() == 0 ? OptionalInt.empty() : OptionalInt.of(message.getFloor()),
        !message.getRefuseAdaptation());
  }

  /** The message of a record. */
  public static ai.dvt.cascade.v1.ExitPolicy toMessage(ExitPolicy policy) {
    var message = ai.dvt.cascade.v1.ExitPolicy.newBuilder();
    if (policy.rule() instanceof Thresholds thresholds) {
      message.setThresholds(toMessage(thresholds));
    } else if (policy.rule() instanceof ExitRule.AtPoint point) {
      message.setOperatingPoint(point.name());
    }
    policy.stopAt().ifPresent(message::setStopAt);
    policy.maxGflops().ifPresent(message::setMaxGflops);
    policy
        .latencyBudget()
        .ifPresent(budget -> message.setLatencyBudget(Durations.fromNanos(budget.toNanos())));
    policy.floor().ifPresent(message::setFloor);
    message.setRefuseAdaptation(!policy.adapt());
    return message.build();
  }

  /**
   * The record of a message.
   *
   * @throws ContractException for an unknown criterion or a bad value
   */
  public static Thresholds fromMessage(ai.dvt.cascade.v1.Thresholds message) {
    Criterion criterion =
        switch (message.getCriterion()) {
          case CRITERION_CONFIDENCE -> Criterion.CONFIDENCE;
          case CRITERION_ENTROPY -> Criterion.ENTROPY;
          case CRITERION_MARGIN -> Criterion.MARGIN;
          default ->
              throw new ContractException(
                  "thresholds.criterion",
                  message.getCriterionValue(),
                  "CRITERION_CONFIDENCE, CRITERION_ENTROPY or CRITERION_MARGIN");
        };
    return new Thresholds(criterion, message.getValuesList());
  }

  /** The message of a record. */
  public static ai.dvt.cascade.v1.Thresholds toMessage(Thresholds thresholds) {
    return ai.dvt.cascade.v1.Thresholds.newBuilder()
        .setCriterion(
            ai.dvt.cascade.v1.Criterion.valueOf("CRITERION_" + thresholds.criterion().name()))
        .addAllValues(thresholds.values())
        .build();
  }

  /** The message of a reason. */
  public static ai.dvt.cascade.v1.ExitReason toMessage(ExitReason reason) {
    return ai.dvt.cascade.v1.ExitReason.valueOf("EXIT_REASON_" + reason.name());
  }

  /**
   * The reason of a message.
   *
   * @throws ContractException for a reason that this version does not know
   */
  public static ExitReason fromMessage(ai.dvt.cascade.v1.ExitReason message) {
    String prefix = "EXIT_REASON_";
    for (ExitReason reason : ExitReason.values()) {
      if (message.name().equals(prefix + reason.name())) {
        return reason;
      }
    }
    throw new ContractException("reason", message, "a known exit reason");
  }
}
