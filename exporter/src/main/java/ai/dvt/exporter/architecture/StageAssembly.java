package ai.dvt.exporter.architecture;

import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.geometry.ReuseSpec.ClassToken;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.nn.Block;
import ai.dvt.exporter.nn.Embedding;
import ai.dvt.exporter.nn.Exit;
import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Front;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.nn.pruning.KeepPredictor;
import ai.dvt.exporter.nn.pruning.TokenStream;
import ai.dvt.exporter.nn.reuse.FeatureReuse;
import ai.dvt.exporter.nn.reuse.RelationReuse;
import ai.dvt.exporter.nn.reuse.RelationUpsampling;
import ai.dvt.exporter.onnx.Graph;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The blocks of one stage, and how an image flows through them. */
final class StageAssembly {
  private final StageGeometry stage;
  private final StageGeometry upstream;
  private final Set<Intermediate> outputs;
  private final Front front;
  private final Embedding embedding;
  private final List<Block> blocks;
  private final List<KeepPredictor> predictors;
  private final boolean kept;
  private final Exit exit;
  private final Optional<FeatureReuse> features;
  private final Optional<RelationReuse> relations;
  private final Optional<RelationUpsampling> upsampling;

  /**
   * @param upstream null for the first stage
   * @param outputs beside the logits
   * @param kept whether steps that drop tokens put out what they kept
   */
  StageAssembly(
      StageGeometry stage,
      StageGeometry upstream,
      StageModules modules,
      Set<Intermediate> outputs,
      boolean kept) {
    this.stage = stage;
    this.upstream = upstream;
    this.outputs = outputs;
    this.front = modules.front();
    this.embedding = modules.embedding();
    this.blocks = modules.blocks();
    this.predictors = modules.predictors();
    this.kept = kept;
    this.exit = modules.exit();
    this.features = modules.features();
    this.relations = modules.relations();
    this.upsampling = modules.upsampling();
  }

  Graph graph(Flavour flavour) {
    Formulation formulation = flavour == Flavour.CPU ? Formulation.FUSED : Formulation.STANDARD;
    GraphBuilder graph = new GraphBuilder("stage_" + stage.number() + "_" + stage.name());
    int size = stage.imageSize();
    Value image = graph.input(StageGraph.IMAGE, DataType.FLOAT32, Shape.batch(3, size, size));
    Map<Intermediate, Value> upstreamValues = new EnumMap<>(Intermediate.class);
    for (Intermediate each : Intermediate.consumed(stage)) {
      upstreamValues.put(each, graph.input(each.input(), DataType.FLOAT32, each.shape(upstream)));
    }
    List<Value> contexts = graph.within("contexts", () -> contexts(formulation, upstreamValues));
    List<Value> reused = graph.within("relations", () -> reused(formulation, upstreamValues));
    TokenStream stream =
        TokenStream.whole(
            graph.within("embedding", () -> embedding.forward(front.forward(formulation, image))));
    LayerRun run =
        new LayerRun(
            stage, blocks, predictors, upsampling.orElse(null), contexts, reused, !wholeToTheEnd());
    HandedOn handedOn = new HandedOn(stage);
    for (int i = 0; i < blocks.size(); i++) {
      int layer = i;
      TokenStream in = stream;
      LayerRun.Output out = graph.within("blocks." + i, () -> run.layer(formulation, layer, in));
      stream = out.stream();
      handedOn.relations(out);
      if (outputs.contains(Intermediate.LAYER_TOKENS)
          || last(i) && outputs.contains(Intermediate.TOKENS)) {
        stream = stream.with(Residual.of(stream.tokens().sum()));
        handedOn.tokens(stream);
      }
    }
    Residual end = stream.tokens();
    graph.output(StageGraph.LOGITS, graph.within("exit", () -> exit.forward(formulation, end)));
    for (Intermediate output : outputs) {
      graph.output(output.output(), handedOn.of(output));
    }
    if (kept) {
      run.kept().forEach(graph::output);
    }
    if (LayerRun.countsTokens(stage)) {
      graph.output(StageGraph.COST, graph.within("cost", () -> run.cost(image)));
    }
    return graph.build();
  }

  /** Whether the last layer's tokens but the class token are seen by anybody. */
  private boolean wholeToTheEnd() {
    return !outputs.isEmpty() || kept || stage.auxiliary();
  }

  private List<Value> contexts(Formulation formulation, Map<Intermediate, Value> upstreamValues) {
    return features
        .map(reuse -> seen(reuse))
        .map(
            f ->
                f.forward(
                    formulation, upstreamValues.get(Intermediate.features(stage).orElseThrow())))
        .orElse(List.of());
  }

  /** Without the last layer's contexts if only the class token, whose context is zero, goes on. */
  private FeatureReuse seen(FeatureReuse reuse) {
    ClassToken classToken = stage.features().orElseThrow().spec().classToken();
    boolean unseen =
        !wholeToTheEnd()
            && classToken == ClassToken.ZERO
            && reuse.layers().size() == blocks.size()
            && blocks.size() > 1;
    return unseen ? reuse.first(blocks.size() - 1) : reuse;
  }

  private List<Value> reused(Formulation formulation, Map<Intermediate, Value> upstreamValues) {
    return relations
        .map(
            r ->
                r.forward(
                    formulation, upstreamValues.get(Intermediate.relations(stage).orElseThrow())))
        .orElse(List.of());
  }

  private boolean last(int layer) {
    return layer == blocks.size() - 1;
  }
}
