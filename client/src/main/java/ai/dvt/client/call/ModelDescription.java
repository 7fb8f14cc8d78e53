package ai.dvt.client.call;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.SettingChoice;
import ai.dvt.cascade.VariantSpec;
import java.util.List;
import java.util.Optional;

/**
 * A model as the server runs it.
 *
 * @param labels in class order; empty: labels are the class numbers
 * @param variant the name of the variant in use
 * @param provider ONNX Runtime's execution provider in use
 * @param defaultPolicy what a request without a policy gets
 * @param execution how the server runs it
 */
public record ModelDescription(
    ModelId model,
    CascadeManifest manifest,
    List<Calibration> calibrations,
    List<String> labels,
    String variant,
    String provider,
    ExitPolicy defaultPolicy,
    Execution execution) {
  /**
   * How a server runs a model. Zeros and empty texts where the server does not say.
   *
   * @param runtime name and version, e.g. {@code ONNX Runtime 1.29.0}
   * @param workers runs side by side
   * @param threadsPerRun of one run
   * @param maxBatch the most images in a run
   * @param commit what the server was built from
   */
  public record Execution(
      String runtime, int workers, int threadsPerRun, int maxBatch, String commit) {}

  public ModelDescription {
    calibrations = List.copyOf(calibrations);
    labels = List.copyOf(labels);
  }

  /** The variant in use. */
  public VariantSpec variantInUse() {
    return manifest.variants().stream()
        .filter(v -> v.name().equals(variant))
        .findFirst()
        .orElseThrow(
            () -> new ContractException("variant", '"' + variant + '"', "one of the manifest's"));
  }

  /** The operating points that belong to the variant in use, or to a setting of the model. */
  public List<OperatingPoint> points() {
    List<String> settings = manifest.settings();
    return calibrations.stream()
        .flatMap(c -> c.points().stream())
        .filter(p -> p.suits(variantInUse()) || settings.contains(p.variant().orElse("")))
        .toList();
  }

  /**
   * A policy checked against this cascade, ready to decide on the client's side.
   *
   * @throws ContractException naming the part that does not fit the cascade
   */
  public BoundPolicy bind(ExitPolicy policy) {
    VariantSpec asked = variantFor(policy);
    return BoundPolicy.of(
        policy,
        asked.gflops(),
        name -> point(name).filter(p -> p.suits(asked)).map(OperatingPoint::thresholds));
  }

  /** The variant in use, or one of the setting that the policy asks for. */
  private VariantSpec variantFor(ExitPolicy policy) {
    VariantSpec running = variantInUse();
    String setting = SettingChoice.of(manifest, policy, this::point);
    if (running.setting().orElse("").equals(setting)) {
      return running;
    }
    return manifest.variants().stream()
        .filter(v -> v.setting().orElse("").equals(setting))
        .findFirst()
        .orElse(running);
  }

  private Optional<OperatingPoint> point(String name) {
    return points().stream().filter(p -> p.name().equals(name)).findFirst();
  }
}
