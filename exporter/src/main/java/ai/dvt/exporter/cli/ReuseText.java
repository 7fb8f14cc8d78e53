package ai.dvt.exporter.cli;

import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.ReuseSpec.ClassToken;
import ai.dvt.exporter.geometry.ReuseSpec.FeatureSource;
import ai.dvt.exporter.geometry.ReuseSpec.Features;
import ai.dvt.exporter.geometry.ReuseSpec.Layers;
import ai.dvt.exporter.geometry.ReuseSpec.RelationSource;
import ai.dvt.exporter.geometry.ReuseSpec.Relations;
import ai.dvt.exporter.geometry.ReuseSpec.Transform;
import ai.dvt.exporter.geometry.ReuseSpec.Upsampling;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The text form of a {@link ReuseSpec}: {@code none}, {@code features}, {@code relations}, {@code
 * both}, or {@code features:WORD,...+relations:WORD,...} with words where it differs from the
 * paper's proposal.
 */
final class ReuseText implements ITypeConverter<ReuseText.Choice> {
  /** Wraps the value, so that picocli does not look into it. */
  record Choice(ReuseSpec spec) {}

  @Override
  public Choice convert(String text) {
    String stripped = text.strip();
    if (stripped.equals("none")) {
      return new Choice(ReuseSpec.NONE);
    }
    if (stripped.equals("both")) {
      return new Choice(ReuseSpec.BOTH);
    }
    Optional<Features> features = Optional.empty();
    Optional<Relations> relations = Optional.empty();
    for (String part : stripped.split("\\+", -1)) {
      String[] kindAndWords = part.strip().split(":", 2);
      List<String> words =
          kindAndWords.length == 1 ? List.of() : List.of(kindAndWords[1].strip().split(",", -1));
      switch (kindAndWords[0].strip()) {
        case "features" -> features = Optional.of(features(words));
        case "relations" -> relations = Optional.of(relations(words));
        default ->
            throw refused(part, "none, both, features or relations, joined by '+' where needed");
      }
    }
    return new Choice(new ReuseSpec(features, relations));
  }

  private static Features features(List<String> words) {
    Features spec = Features.PROPOSED;
    for (String word : words) {
      spec =
          switch (word.strip()) {
            case "final-layer" -> spec.with(FeatureSource.FINAL_LAYER);
            case "corresponding-layer" -> spec.with(FeatureSource.CORRESPONDING_LAYER);
            case "class-zero" -> spec.with(ClassToken.ZERO);
            case "class-reused" -> spec.with(ClassToken.REUSED);
            case "all-layers" -> with(spec, Layers.ALL, spec.transform(), spec.layerNorm());
            case "first-layer" -> with(spec, Layers.FIRST, spec.transform(), spec.layerNorm());
            case "mlp" -> with(spec, spec.layers(), Transform.MLP, spec.layerNorm());
            case "linear" -> with(spec, spec.layers(), Transform.LINEAR, spec.layerNorm());
            case "norm" -> with(spec, spec.layers(), spec.transform(), true);
            case "no-norm" -> with(spec, spec.layers(), spec.transform(), false);
            default ->
                throw refused(
                    word,
                    "final-layer, corresponding-layer, class-zero, class-reused, all-layers,"
                        + " first-layer, mlp, linear, norm or no-norm");
          };
    }
    return spec;
  }

  private static Features with(
      Features spec, Layers layers, Transform transform, boolean layerNorm) {
    return new Features(spec.source(), spec.classToken(), layers, transform, layerNorm);
  }

  private static Relations relations(List<String> words) {
    Relations spec = Relations.PROPOSED;
    for (String word : words) {
      spec =
          switch (word.strip()) {
            case "all-layers" -> spec.with(RelationSource.ALL_LAYERS);
            case "corresponding-layer" -> spec.with(RelationSource.CORRESPONDING_LAYER);
            case "final-layer" -> spec.with(RelationSource.FINAL_LAYER);
            case "mlp" -> new Relations(spec.source(), Transform.MLP, spec.upsampling());
            case "linear" -> new Relations(spec.source(), Transform.LINEAR, spec.upsampling());
            case "by-grid" -> spec.with(Upsampling.BY_GRID);
            case "naive" -> spec.with(Upsampling.NAIVE);
            default ->
                throw refused(
                    word,
                    "all-layers, corresponding-layer, final-layer, mlp, linear, by-grid or naive");
          };
    }
    return spec;
  }

  private static TypeConversionException refused(String part, String rule) {
    return new TypeConversionException('"' + part.strip() + "\" (expected: " + rule + ")");
  }
}
