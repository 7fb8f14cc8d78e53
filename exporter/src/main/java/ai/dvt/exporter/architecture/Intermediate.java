package ai.dvt.exporter.architecture;

import ai.dvt.cascade.DataType;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.exporter.architecture.ArchitectureOptions.ExtraOutput;
import ai.dvt.exporter.geometry.ReuseSpec.FeatureSource;
import ai.dvt.exporter.geometry.ReuseSpec.RelationSource;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.onnx.Shape;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a stage can give besides its logits. */
enum Intermediate {
  /** Output of the last block: [batch, tokens, width]. */
  TOKENS("tokens"),
  /** Outputs of all blocks: [batch, layers, tokens, width]. */
  LAYER_TOKENS("layer_tokens"),
  /** Logits of all blocks, layer-major: [batch, layers*heads, tokens, tokens]. */
  RELATIONS("relations"),
  /** Logits of the last block: [batch, heads, tokens, tokens]. */
  LAST_RELATIONS("last_relations");

  private final String output;

  Intermediate(String output) {
    this.output = output;
  }

  /** Name of the output of the stage that makes it. */
  String output() {
    return output;
  }

  /** Name of the input of the stage that consumes it. */
  String input() {
    return "upstream_" + output;
  }

  /** Its shape as an output of this stage. */
  Shape shape(StageGeometry stage) {
    long tokens = stage.tokens();
    return switch (this) {
      case TOKENS -> Shape.batch(tokens, stage.width());
      case LAYER_TOKENS -> Shape.batch(stage.depth(), tokens, stage.width());
      case RELATIONS -> Shape.batch((long) stage.depth() * stage.heads(), tokens, tokens);
      case LAST_RELATIONS -> Shape.batch(stage.heads(), tokens, tokens);
    };
  }

  /** What carries the features that a stage consumes. */
  static Optional<Intermediate> features(StageGeometry consumer) {
    return consumer
        .features()
        .map(f -> f.spec().source() == FeatureSource.FINAL_LAYER ? TOKENS : LAYER_TOKENS);
  }

  /** What carries the relations that a stage consumes. */
  static Optional<Intermediate> relations(StageGeometry consumer) {
    return consumer
        .relations()
        .map(r -> r.spec().source() == RelationSource.FINAL_LAYER ? LAST_RELATIONS : RELATIONS);
  }

  /** All that a stage consumes of the one before. */
  static Set<Intermediate> consumed(StageGeometry consumer) {
    Set<Intermediate> consumed = EnumSet.noneOf(Intermediate.class);
    features(consumer).ifPresent(consumed::add);
    relations(consumer).ifPresent(consumed::add);
    return consumed;
  }

  /** What was asked for beyond what is consumed. */
  static Set<Intermediate> extra(Set<ExtraOutput> outputs) {
    Set<Intermediate> extra = EnumSet.noneOf(Intermediate.class);
    for (ExtraOutput output : outputs) {
      switch (output) {
        case TOKENS -> extra.add(TOKENS);
        case RELATIONS -> extra.add(RELATIONS);
        case KEPT -> {
          // What a pruned stage drops is no tensor that another stage could take.
        }
      }
    }
    return extra;
  }

  /** The hand-over list between two neighbours. */
  static List<HandoverSpec> handover(StageGeometry upstream, StageGeometry consumer) {
    List<HandoverSpec> handover = new ArrayList<>();
    for (Intermediate each : consumed(consumer)) {
      List<Long> shape = each.shape(upstream).dimensions();
      handover.add(
          new HandoverSpec(
              each.output,
              each.input(),
              DataType.FLOAT32,
              shape.subList(1, shape.size()),
              upstream.number()));
    }
    return handover;
  }
}
