package ai.dvt.server.grpc;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.engine.load.PlanPoint;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.repository.ModelVersion;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A model version that passed its self-test and answers.
 *
 * @param provider the execution provider in use, e.g. {@code cpu}
 */
public record ServedModel(
    ModelVersion version,
    ServedCascade cascade,
    InputRows rows,
    String provider,
    Execution execution) {
  /**
   * How the stages run.
   *
   * @param runtime name and version
   * @param workers runs side by side
   * @param threadsPerRun of one run
   * @param maxBatch the most images in a run
   * @param commit what the server was built from
   */
  public record Execution(
      String runtime, int workers, int threadsPerRun, int maxBatch, String commit) {}

  /**
   * Checks a policy against the cascade and its operating points.
   *
   * @throws ContractException naming the field that does not fit
   */
  public BoundPolicy bind(ExitPolicy policy) {
    return BoundPolicy.of(
        policy,
        cascade.variant().gflops(),
        name ->
            Optional.ofNullable(version.points().get(name))
                .filter(this::suits)
                .map(OperatingPoint::thresholds)
                .map(cascade.earlyAnswers()::inUse));
  }

  /** What clients get that ask for nothing, as a plan for load needs it. */
  public PlanPoint pointWithoutLoad() {
    List<Double> gflops = cascade.variant().gflops();
    return version.defaultPolicy().rule() instanceof ExitRule.AtPoint point
        ? Optional.ofNullable(version.points().get(point.name()))
            .flatMap(known -> PlanPoint.of(known, gflops))
            .orElseGet(() -> lastExit(gflops))
        : lastExit(gflops);
  }

  private PlanPoint lastExit(List<Double> gflops) {
    return PlanPoint.last(
        gflops,
        planPoints().stream()
            .filter(point -> point.reach(gflops.size()) == 1)
            .map(PlanPoint::accuracy)
            .findFirst()
            .orElse(OptionalDouble.empty()));
  }

  /** The operating points that a plan for load can use. */
  public List<PlanPoint> planPoints() {
    return version.points().values().stream()
        .filter(this::suits)
        .flatMap(point -> PlanPoint.of(point, cascade.variant().gflops()).stream())
        .toList();
  }

  private boolean suits(OperatingPoint point) {
    return point.variant().isEmpty() || point.variant().get().equals(cascade.variant().name());
  }
}
