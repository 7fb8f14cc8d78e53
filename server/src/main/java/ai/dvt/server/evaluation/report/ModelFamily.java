package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What the field calls a model, and how plots mark it.
 *
 * @param name e.g. {@code DVT}, {@code EViT}, {@code DVT x EViT}
 * @param baseline whether it has neither early exits nor dropped tokens
 */
record ModelFamily(String name, boolean baseline, Marker marker) {
  static ModelFamily of(CascadeManifest manifest) {
    VariantSpec variant = manifest.variants().get(0);
    Set<String> dropping = new TreeSet<>();
    for (StageSpec stage : variant.stages()) {
      stage.dropping().ifPresent(dropping::add);
    }
    Optional<String> dropped =
        dropping.stream().map(ModelFamily::published).reduce((one, other) -> one + " x " + other);
    boolean cascade = variant.stages().size() > 1;
    String exits = manifest.architecture().startsWith("dvt") ? "DVT" : "early exits";
    if (dropped.isEmpty()) {
      return cascade
          ? new ModelFamily(exits, false, SeriesMarkers.CIRCLE)
          : new ModelFamily("baseline", true, SeriesMarkers.DIAMOND);
    }
    return cascade
        ? new ModelFamily(exits + " x " + dropped.get(), false, SeriesMarkers.OVAL)
        : new ModelFamily(dropped.get(), false, marker(dropping.iterator().next()));
  }

  private static String published(String method) {
    return switch (method) {
      case "dynamicvit" -> "DynamicViT";
      case "evit" -> "EViT";
      case "ats" -> "ATS";
      default -> method;
    };
  }

  private static Marker marker(String method) {
    return switch (method) {
      case "evit" -> SeriesMarkers.TRIANGLE_UP;
      case "ats" -> SeriesMarkers.TRIANGLE_DOWN;
      default -> SeriesMarkers.TRAPEZOID;
    };
  }
}
