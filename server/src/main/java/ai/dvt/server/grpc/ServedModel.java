package ai.dvt.server.grpc;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.SettingChoice;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.engine.load.PlanPoints;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.repository.ModelVersion;
import java.util.Optional;

/**
 * A model version that passed its self-test and answers.
 *
 * @param provider the execution provider in use, e.g. {@code cpu}
 * @param settings what else the model can be
 */
public record ServedModel(
    ModelVersion version,
    ServedCascade cascade,
    InputRows rows,
    String provider,
    Execution execution,
    ModelSettings settings) {
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

  /** A model in its first setting only. */
  public ServedModel(
      ModelVersion version,
      ServedCascade cascade,
      InputRows rows,
      String provider,
      Execution execution) {
    this(version, cascade, rows, provider, execution, ModelSettings.NONE);
  }

  /** The same with other settings to be loaded. */
  public ServedModel with(ModelSettings others) {
    return new ServedModel(version, cascade, rows, provider, execution, others);
  }

  /**
   * The model in the setting that a policy asks for: this, or one that is loaded now.
   *
   * @throws RequestException if it cannot be loaded
   */
  public ServedModel forPolicy(ExitPolicy policy) throws RequestException {
    String wanted =
        SettingChoice.of(
            version.manifest(), policy, name -> Optional.ofNullable(version.points().get(name)));
    return wanted.equals(setting()) ? this : settings.of(wanted);
  }

  private String setting() {
    return cascade.variant().setting().orElse("");
  }

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

  /** What a plan for load can be made of. */
  public PlanPoints planPoints() {
    return new PlanPoints(
        version.points().values().stream().filter(this::suits).toList(),
        cascade.variant().gflops(),
        version.defaultPolicy());
  }

  private boolean suits(OperatingPoint point) {
    return point.suits(cascade.variant());
  }
}
