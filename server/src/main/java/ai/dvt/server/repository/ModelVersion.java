package ai.dvt.server.repository;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.VariantSpec;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A version folder whose every file was checked.
 *
 * @param version the folder's name, a number
 * @param folder absolute, without links
 * @param labels one a class; class numbers where the manifest names no file
 * @param calibrations by file name without {@code .json}, in order of name
 * @param points operating points of all calibrations by name
 * @param defaultPolicy for requests without one
 */
public record ModelVersion(
    String name,
    String version,
    Path folder,
    CascadeManifest manifest,
    List<String> labels,
    Map<String, Calibration> calibrations,
    Map<String, OperatingPoint> points,
    ExitPolicy defaultPolicy) {
  public ModelVersion {
    labels = List.copyOf(labels);
    calibrations = Collections.unmodifiableMap(new LinkedHashMap<>(calibrations));
    points = Collections.unmodifiableMap(new LinkedHashMap<>(points));
  }

  /** Where a file of the manifest lies. */
  public Path file(FileSpec file) {
    return folder.resolve(file.path());
  }

  /**
   * The variant of the first setting to run on an execution provider; see {@link
   * #variantFor(String, String)}.
   */
  public VariantSpec variantFor(String provider) throws RepositoryException {
    return variantFor(provider, manifest.settings().get(0));
  }

  /**
   * The variant to run on an execution provider: the cpu flavour on {@code cpu} if there is one,
   * else the portable one; float32 before other precisions, then in the manifest's order.
   *
   * @param provider e.g. {@code cpu}, {@code cuda}, {@code tensorrt}
   * @param setting one of the manifest's
   * @throws RepositoryException if no variant of the setting runs there
   */
  public VariantSpec variantFor(String provider, String setting) throws RepositoryException {
    String wanted = provider.toLowerCase(Locale.ROOT);
    Optional<VariantSpec> best =
        manifest.variants().stream()
            .filter(v -> v.setting().orElse("").equals(setting))
            .filter(v -> v.providers().isEmpty() || v.providers().contains(wanted))
            .filter(v -> v.flavour() == Flavour.PORTABLE || wanted.equals("cpu"))
            .min(
                Comparator.comparing((VariantSpec v) -> v.precision())
                    .thenComparing(v -> v.flavour() == Flavour.CPU ? 0 : 1));
    return best.orElseThrow(
        () ->
            new RepositoryException(
                "provider of " + name + "/" + version,
                provider,
                "one that a variant runs on: "
                    + manifest.variants().stream()
                        .map(
                            v ->
                                v.name()
                                    + " on "
                                    + (v.flavour() == Flavour.CPU ? "cpu" : v.providers()))
                        .toList()));
  }

  /** Finds an operating point's thresholds, as {@link ai.dvt.cascade.BoundPolicy#of} asks. */
  public Optional<Thresholds> thresholds(String point) {
    return Optional.ofNullable(points.get(point)).map(OperatingPoint::thresholds);
  }
}
