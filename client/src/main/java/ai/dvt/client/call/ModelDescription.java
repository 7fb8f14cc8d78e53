package ai.dvt.client.call;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.VariantSpec;
import java.util.List;

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

  /** The operating points that belong to the variant in use. */
  public List<OperatingPoint> points() {
    return calibrations.stream()
        .flatMap(c -> c.points().stream())
        .filter(p -> p.variant().isEmpty() || p.variant().get().equals(variant))
        .toList();
  }

  /**
   * A policy checked against this cascade, ready to decide on the client's side.
   *
   * @throws ContractException naming the part that does not fit the cascade
   */
  public BoundPolicy bind(ExitPolicy policy) {
    return BoundPolicy.of(
        policy,
        variantInUse().gflops(),
        name ->
            points().stream()
                .filter(p -> p.name().equals(name))
                .map(OperatingPoint::thresholds)
                .findFirst());
  }
}
