package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Provenance;
import ai.dvt.exporter.onnx.WeightStorage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a version folder holds beside its graphs.
 *
 * @param model the model's name
 * @param flavours in the order of the variants, at least one
 * @param precision of the arithmetic
 * @param storage of the trained matrices
 * @param labels one a class, in class order
 * @param calibrations by file name without {@code .json}
 * @param card text for the model card: data, training, measured accuracy
 */
public record BundleOptions(
    String model,
    List<Flavour> flavours,
    Precision precision,
    WeightStorage storage,
    Preprocessing preprocessing,
    Optional<List<String>> labels,
    Map<String, Calibration> calibrations,
    Optional<String> card,
    Provenance provenance) {
  public BundleOptions {
    flavours = List.copyOf(flavours);
    labels = labels.map(List::copyOf);
    calibrations = Map.copyOf(calibrations);
    if (flavours.isEmpty() || flavours.size() != flavours.stream().distinct().count()) {
      throw new BundleException("flavours", flavours, "each once, at least one");
    }
    if (precision == Precision.INT8 && !flavours.equals(List.of(Flavour.CPU))) {
      throw new BundleException("flavours", flavours, "cpu alone with precision int8");
    }
    if (precision == Precision.FLOAT16 && !flavours.equals(List.of(Flavour.PORTABLE))) {
      throw new BundleException("flavours", flavours, "portable alone with precision float16");
    }
  }
}
