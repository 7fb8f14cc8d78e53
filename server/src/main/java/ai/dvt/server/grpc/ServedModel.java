package ai.dvt.server.grpc;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.SettingChoice;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.repository.ModelVersion;
import java.util.ArrayList;
import java.util.List;
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
   * The model in the setting that a policy asks for: this, or one that is loaded now. Under load a
   * cheaper one that is loaded, if the policy accepts it.
   *
   * @throws RequestException if it cannot be loaded
   */
  public ServedModel forPolicy(ExitPolicy policy) throws RequestException {
    String wanted =
        SettingChoice.of(
            version.manifest(), policy, name -> Optional.ofNullable(version.points().get(name)));
    if (policy.adapt()) {
      Optional<ServedModel> cheaper =
          cascade
              .load()
              .setting()
              .filter(setting -> cost(setting) < cost(wanted))
              .flatMap(this::ifLoaded);
      if (cheaper.isPresent()) {
        return cheaper.get();
      }
    }
    return wanted.equals(setting()) ? this : settings.of(wanted);
  }

  /** Of a setting, up to the last exit; what was measured, where pictures decide. */
  private double cost(String setting) {
    boolean decided =
        version.manifest().variants().stream()
            .filter(variant -> variant.setting().orElse("").equals(setting))
            .anyMatch(VariantSpec::picturesDecideCost);
    return version.points().values().stream()
        .filter(point -> decided && point.variant().equals(Optional.of(setting)))
        .flatMapToDouble(point -> point.expectedGflops().stream())
        .max()
        .orElseGet(() -> SettingChoice.cost(version.manifest(), setting));
  }

  private Optional<ServedModel> ifLoaded(String setting) {
    return inLoadedSettings().stream().filter(m -> m.setting().equals(setting)).findFirst();
  }

  /** The model in every setting that is loaded now, this one first. */
  public List<ServedModel> inLoadedSettings() {
    List<ServedModel> all = new ArrayList<>(List.of(this));
    all.addAll(settings.loaded());
    return all;
  }

  /** E.g. {@code keep-0.70}; empty where the model has one. */
  public String setting() {
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
                .filter(point -> suits(point) || ofAnotherSetting(point))
                .map(OperatingPoint::thresholds)
                .map(cascade.earlyAnswers()::inUse));
  }

  /** The operating points of this setting; those that name none are the first one's. */
  public List<OperatingPoint> points() {
    boolean first = setting().equals(version.manifest().settings().get(0));
    return version.points().values().stream()
        .filter(this::suits)
        .filter(point -> first || point.variant().isPresent())
        .toList();
  }

  /** Whose thresholds apply here too, where the load moves an image to another setting. */
  private boolean ofAnotherSetting(OperatingPoint point) {
    return point.variant().filter(name -> version.manifest().settings().contains(name)).isPresent();
  }

  private boolean suits(OperatingPoint point) {
    return point.suits(cascade.variant());
  }
}
