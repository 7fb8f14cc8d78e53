package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.FeatureReuseGeometry;
import ai.dvt.exporter.geometry.RelationReuseGeometry;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.ReuseSpec.FeatureSource;
import ai.dvt.exporter.geometry.ReuseSpec.Features;
import ai.dvt.exporter.geometry.ReuseSpec.Layers;
import ai.dvt.exporter.geometry.ReuseSpec.RelationSource;
import ai.dvt.exporter.geometry.ReuseSpec.Relations;
import ai.dvt.exporter.geometry.ReuseSpec.Transform;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.weights.Weights;
import java.util.Optional;

/** Reads what a stage reuses: presence and sizes from the tensors, the rest from the options. */
final class ReuseReader {
  private static final String FEATURES = "blocks.0.feature_reuse";
  private static final String EXPAND = "relation_reuse.expand.weight";
  private static final String REDUCE = "relation_reuse.reduce.weight";

  private final Weights weights;
  private final ArchitectureOptions options;

  ReuseReader(Weights weights, ArchitectureOptions options) {
    this.weights = weights;
    this.options = options;
  }

  /** Heads that the relation tensors of this stage or of the next one show, if any. */
  Optional<Integer> heads(int number, Weights tensors, int depth) {
    Optional<Integer> shown = Optional.empty();
    if (tensors.has(EXPAND)) {
      int channels = GeometryReader.dimension(tensors, tensors.has(REDUCE) ? REDUCE : EXPAND, 4, 0);
      shown = Optional.of(heads(tensors, channels, depth));
    } else if (number < weights.stages() && weights.stage(number + 1).has(EXPAND)) {
      Weights next = weights.stage(number + 1);
      int channels = GeometryReader.dimension(next, EXPAND, 4, 1);
      shown =
          relationSource() == RelationSource.ALL_LAYERS
              ? Optional.of(heads(next, channels, depth))
              : Optional.of(channels);
    }
    if (shown.isPresent() && !options.heads().orElse(shown.get()).equals(shown.get())) {
      throw new ArchitectureException(
          "heads", options.heads().get(), shown.get() + ", which the relation tensors show");
    }
    return shown;
  }

  private static int heads(Weights tensors, int channels, int depth) {
    if (channels % depth != 0) {
      throw new ArchitectureException(
          tensors.describe(EXPAND),
          channels + " channels of relations",
          "a multiple of the depth " + depth);
    }
    return channels / depth;
  }

  /** A first stage, which must not reuse anything. */
  StageGeometry first(StageGeometry stage) {
    Weights tensors = weights.stage(stage.number());
    if (tensors.hasScope(FEATURES) || tensors.has(EXPAND)) {
      throw new ArchitectureException(
          weights.source(), "reuse tensors in stage 1", "reuse only after a first stage");
    }
    return stage;
  }

  /** A stage with what it reuses of the one before. */
  StageGeometry after(StageGeometry upstream, StageGeometry stage) {
    Weights tensors = weights.stage(stage.number());
    if (upstream.prefix() != stage.prefix()) {
      throw new ArchitectureException(
          weights.source(), "a distillation token in some stages", "in all stages or none");
    }
    return stage.withReuse(features(tensors, upstream, stage), relations(tensors, upstream, stage));
  }

  private Optional<FeatureReuseGeometry> features(
      Weights tensors, StageGeometry upstream, StageGeometry stage) {
    boolean present = tensors.hasScope(FEATURES);
    Optional<Features> asked = options.reuse().flatMap(ReuseSpec::features);
    expect("feature reuse", stage, present, asked.isPresent());
    if (!present) {
      return Optional.empty();
    }
    boolean mlp = tensors.has(FEATURES + ".fc2.weight");
    int hidden = GeometryReader.dimension(tensors, FEATURES + ".fc1.weight", 2, 0);
    Features shown =
        new Features(
            asked.orElse(Features.PROPOSED).source(),
            asked.orElse(Features.PROPOSED).classToken(),
            stage.depth() > 1 && !tensors.hasScope("blocks.1.feature_reuse")
                ? Layers.FIRST
                : Layers.ALL,
            mlp ? Transform.MLP : Transform.LINEAR,
            tensors.hasScope(FEATURES + ".norm"));
    boolean oneLayer = stage.depth() == 1;
    if (asked.isPresent() && !oneLayer && !asked.get().equals(shown)) {
      throw new ArchitectureException(
          "feature reuse of stage " + stage.number(), asked.get(), "as the tensors show, " + shown);
    }
    if (shown.source() == FeatureSource.CORRESPONDING_LAYER && upstream.depth() != stage.depth()) {
      throw depths(stage, upstream);
    }
    int width = mlp ? GeometryReader.dimension(tensors, FEATURES + ".fc2.weight", 2, 0) : hidden;
    return Optional.of(
        new FeatureReuseGeometry(
            shown,
            upstream.grid(),
            upstream.width(),
            mlp ? hidden : 0,
            width,
            resizeThrough(stage)));
  }

  private Optional<RelationReuseGeometry> relations(
      Weights tensors, StageGeometry upstream, StageGeometry stage) {
    boolean present = tensors.has(EXPAND);
    Optional<Relations> asked = options.reuse().flatMap(ReuseSpec::relations);
    expect("relation reuse", stage, present, asked.isPresent());
    if (!present) {
      return Optional.empty();
    }
    boolean mlp = tensors.has(REDUCE);
    Relations shown =
        new Relations(
            relationSource(),
            mlp ? Transform.MLP : Transform.LINEAR,
            asked.orElse(Relations.PROPOSED).upsampling());
    if (asked.isPresent() && !asked.get().equals(shown)) {
      throw new ArchitectureException(
          "relation reuse of stage " + stage.number(),
          asked.get(),
          "as the tensors show, " + shown);
    }
    if (shown.source() == RelationSource.CORRESPONDING_LAYER && upstream.depth() != stage.depth()) {
      throw depths(stage, upstream);
    }
    int depth = shown.source() == RelationSource.FINAL_LAYER ? 1 : upstream.depth();
    return Optional.of(
        new RelationReuseGeometry(
            shown,
            upstream.grid(),
            depth,
            upstream.heads(),
            mlp ? GeometryReader.dimension(tensors, EXPAND, 4, 0) : 0,
            resizeThrough(stage)));
  }

  private RelationSource relationSource() {
    return options.reuse().flatMap(ReuseSpec::relations).orElse(Relations.PROPOSED).source();
  }

  private void expect(String what, StageGeometry stage, boolean present, boolean asked) {
    if (options.reuse().isPresent() && present != asked) {
      throw new ArchitectureException(
          what + " of stage " + stage.number(),
          asked ? "asked for" : "not asked for",
          present ? "reuse, because its tensors are there" : "none, because it has no tensors");
    }
  }

  private static ArchitectureException depths(StageGeometry stage, StageGeometry upstream) {
    return new ArchitectureException(
        "reuse of the corresponding layer in stage " + stage.number(),
        upstream.depth() + " layers upstream",
        stage.depth() + " layers, as many as here");
  }

  private int resizeThrough(StageGeometry stage) {
    if (!options.resizeThrough().isEmpty()) {
      return options.resizeThrough().get(stage.number() - 2);
    }
    return switch (stage.grid()) {
      case 10 -> 14;
      case 14 -> 20;
      default -> stage.grid();
    };
  }
}
