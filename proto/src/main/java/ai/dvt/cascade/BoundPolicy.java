package ai.dvt.cascade;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A policy checked against one cascade, ready to decide. The one definition of early exit for
 * server, client and exporter.
 *
 * @param thresholds one per exit but the last
 * @param gflops cumulative cost of each exit, 1e9 multiply-adds
 * @param stopAt the last exit that this policy reaches, from 1
 * @param adapt whether a server under load may answer earlier than the thresholds say
 */
public record BoundPolicy(
    Thresholds thresholds,
    List<Double> gflops,
    int stopAt,
    double maxGflops,
    Optional<Duration> latencyBudget,
    int floor,
    boolean adapt) {

  public BoundPolicy {
    gflops = List.copyOf(gflops);
  }

  /**
   * What an exit must know beyond the outcome.
   *
   * @param nextStageInTime whether the next stage is expected to end within the image's deadline
   * @param budgetLeft whether a budget over a set of images lets this one go on
   * @param load the thresholds that the server applies too under its present load, one per exit but
   *     the last; empty: no load
   */
  public record Circumstances(
      boolean nextStageInTime, boolean budgetLeft, Optional<Thresholds> load) {
    /** Nothing presses. */
    public static final Circumstances CALM = new Circumstances(true, true, Optional.empty());
  }

  /**
   * Checks a policy against a cascade.
   *
   * @param gflops cumulative cost of each exit, 1e9 multiply-adds
   * @param points finds an operating point's thresholds by name
   * @throws ContractException naming the field that does not fit
   */
  public static BoundPolicy of(
      ExitPolicy policy, List<Double> gflops, Function<String, Optional<Thresholds>> points) {
    int exits = gflops.size();
    Thresholds thresholds = resolve(policy.rule(), exits, points);
    if (thresholds.values().size() != exits - 1) {
      throw new ContractException(
          "thresholds",
          thresholds.values().size() + " values",
          (exits - 1) + ", one per exit but the last, which always answers");
    }
    int stopAt = policy.stopAt().orElse(exits);
    if (stopAt > exits) {
      throw new ContractException("stop_at", stopAt, "an exit of 1.." + exits);
    }
    int floor = policy.floor().orElse(1);
    if (floor > exits) {
      throw new ContractException("floor", floor, "an exit of 1.." + exits);
    }
    double maxGflops = policy.maxGflops().orElse(Double.POSITIVE_INFINITY);
    if (maxGflops < gflops.get(0)) {
      throw new ContractException(
          "max_gflops", maxGflops, ">= " + gflops.get(0) + ", the cost of exit 1");
    }
    return new BoundPolicy(
        thresholds, gflops, stopAt, maxGflops, policy.latencyBudget(), floor, policy.adapt());
  }

  private static Thresholds resolve(
      ExitRule rule, int exits, Function<String, Optional<Thresholds>> points) {
    if (rule instanceof Thresholds thresholds) {
      return thresholds;
    }
    if (rule instanceof ExitRule.AtPoint point) {
      return points
          .apply(point.name())
          .orElseThrow(
              () ->
                  new ContractException(
                      "operating_point", point.name(), "an operating point of the model"));
    }
    List<Float> never = new ArrayList<>();
    for (int exit = 1; exit < exits; exit++) {
      never.add(Thresholds.NEVER);
    }
    return new Thresholds(Criterion.CONFIDENCE, never);
  }

  /** Number of exits of the cascade. */
  public int exits() {
    return gflops.size();
  }

  /**
   * What becomes of the image: the last exit answers; then caps, floor, thresholds, load, in this
   * order: an image is answered for the load only where its own thresholds would let it go on.
   */
  public ExitDecision decide(ExitOutcome outcome, Circumstances circumstances) {
    int exit = outcome.exit();
    if (exit >= exits()) {
      return new ExitDecision.Answer(ExitReason.FINAL);
    }
    if (exit >= stopAt) {
      return new ExitDecision.Answer(ExitReason.STOP_AT);
    }
    if (gflops.get(exit) > maxGflops) {
      return new ExitDecision.Answer(ExitReason.COST);
    }
    if (!circumstances.budgetLeft()) {
      return new ExitDecision.Answer(ExitReason.BUDGET);
    }
    if (!circumstances.nextStageInTime()) {
      return new ExitDecision.Answer(ExitReason.DEADLINE);
    }
    if (exit < floor) {
      return ExitDecision.CONTINUE;
    }
    if (thresholds.reached(outcome)) {
      return new ExitDecision.Answer(ExitReason.CONFIDENT);
    }
    return adapt && circumstances.load().filter(limits -> limits.reached(outcome)).isPresent()
        ? new ExitDecision.Answer(ExitReason.LOAD)
        : ExitDecision.CONTINUE;
  }
}
