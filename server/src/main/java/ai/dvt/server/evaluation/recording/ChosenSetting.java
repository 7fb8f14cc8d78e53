package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model version in one of its settings, as it runs on a provider; nothing is open.
 *
 * @param variant that runs
 */
public record ChosenSetting(ModelVersion version, VariantSpec variant) {
  /**
   * All settings of a model in the manifest's order; one where it has no settings.
   *
   * @param provider e.g. {@code cpu}
   * @throws EvaluationException if one does not run there
   */
  public static List<ChosenSetting> of(ModelVersion version, String provider)
      throws EvaluationException {
    List<ChosenSetting> settings = new ArrayList<>();
    try {
      for (String setting : version.manifest().settings()) {
        settings.add(new ChosenSetting(version, version.variantFor(provider, setting)));
      }
    } catch (RepositoryException e) {
      throw new EvaluationException(
          version.name() + "/" + version.version(), e.getMessage(), "a model that runs");
    }
    return settings;
  }

  /** E.g. {@code keep-0.70}; empty where the model has one. */
  public String setting() {
    return variant.setting().orElse("");
  }

  /** For people: {@code model/1}, and the setting behind it. */
  public String title() {
    String name = version.name() + "/" + version.version();
    return setting().isEmpty() ? name : name + " " + setting();
  }

  /** Number of exits. */
  public int exits() {
    return variant.stages().size();
  }

  /** Cumulative cost of each exit, 1e9 multiply-adds. */
  public List<Double> gflops() {
    return variant.gflops();
  }

  /** Names of the stages, one an exit, e.g. {@code 7x7}. */
  public List<String> stageNames() {
    return variant.stages().stream().map(StageSpec::name).toList();
  }

  /** The operating points that the server answers in this setting. */
  public List<OperatingPoint> points() {
    return version.points().values().stream().filter(this::suits).toList();
  }

  /**
   * Checks a policy against the cascade and the operating points of this setting.
   *
   * @throws ContractException naming the field that does not fit
   */
  public BoundPolicy bind(ExitPolicy policy) {
    return BoundPolicy.of(
        policy,
        gflops(),
        name ->
            Optional.ofNullable(version.points().get(name))
                .filter(this::suits)
                .map(OperatingPoint::thresholds));
  }

  private boolean suits(OperatingPoint point) {
    return point
        .variant()
        .map(wanted -> wanted.equals(variant.name()) || wanted.equals(setting()))
        .orElse(setting().equals(version.manifest().settings().get(0)));
  }
}
