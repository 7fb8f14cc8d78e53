package ai.dvt.exporter.architecture;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.cost.LayerCost;
import ai.dvt.exporter.cost.StageCost;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning.Attentive;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokenPruning.Sampled;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import ai.dvt.exporter.nn.Block;
import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.pruning.AdaptiveSampling;
import ai.dvt.exporter.nn.pruning.ClassAttention;
import ai.dvt.exporter.nn.pruning.GridScatter;
import ai.dvt.exporter.nn.pruning.KeepPredictor;
import ai.dvt.exporter.nn.pruning.Pruned;
import ai.dvt.exporter.nn.pruning.SampledAttention;
import ai.dvt.exporter.nn.pruning.TokenStream;
import ai.dvt.exporter.nn.reuse.RelationUpsampling;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The layers of one stage in one graph, one after another: what is reused and what is dropped. */
final class LayerRun {
  private final StageGeometry stage;
  private final List<Block> blocks;
  private final List<KeepPredictor> predictors;
  private final RelationUpsampling upsampling;
  private final List<Value> contexts;
  private final List<Value> reused;
  private final boolean classOnlyAtTheEnd;
  private final GridScatter grid;
  private final Map<String, Value> kept = new LinkedHashMap<>();
  private final List<Value> counts = new ArrayList<>();
  private int steps;

  /**
   * @param upsampling of reused relations, or null
   * @param contexts of the first layers, each [B, N, D']
   * @param reused relations of every layer, or none
   * @param classOnlyAtTheEnd whether the last layer's other tokens are seen by nobody
   */
  LayerRun(
      StageGeometry stage,
      List<Block> blocks,
      List<KeepPredictor> predictors,
      RelationUpsampling upsampling,
      List<Value> contexts,
      List<Value> reused,
      boolean classOnlyAtTheEnd) {
    this.stage = stage;
    this.blocks = blocks;
    this.predictors = predictors;
    this.upsampling = upsampling;
    this.contexts = contexts;
    this.reused = reused;
    this.classOnlyAtTheEnd = classOnlyAtTheEnd;
    this.grid = new GridScatter(stage.tokens(), stage.depth());
  }

  /**
   * What a layer makes.
   *
   * @param logits of its attention, [B, H, rows, N]; null where tokens are sampled
   * @param positions of the tokens that met in it, int64 [B, N]; null: each in its place
   */
  record Output(TokenStream stream, Value logits, Value positions) {}

  /** Whether pictures decide what the stage costs. */
  static boolean countsTokens(StageGeometry stage) {
    return stage.pruning().orElse(null) instanceof Sampled sampled && sampled.form() != Form.MASK;
  }

  /** What the steps so far kept, and the scores before, by output name. */
  Map<String, Value> kept() {
    return kept;
  }

  /** Runs layer {@code layer}, from 0; they run in order. */
  Output layer(Formulation formulation, int layer, TokenStream stream) {
    TokenStream in = stream;
    Object pruning = stage.pruning().orElse(null);
    if (pruning instanceof Predicted predicted && predicted.at().contains(layer)) {
      int step = predicted.at().indexOf(layer);
      int keep = predicted.kept().get(step);
      in = noted(in, predictors.get(step).prune(formulation, in, keep), keep);
    }
    boolean classOnly = classOnlyAtTheEnd && layer == blocks.size() - 1;
    Block block = blocks.get(layer);
    if (pruning instanceof Sampled sampled) {
      return sampled(formulation, layer, in, sampled, classOnly);
    }
    int rows = classOnly ? stage.prefix() : Math.toIntExact(in.tokens().x().dimension(1));
    Block.Attending half =
        block.attend(formulation, in.tokens(), rows, relations(layer, rows, in.positions()));
    TokenStream open = in.with(half.stream());
    if (!classOnly && pruning instanceof Attentive attentive && attentive.at().contains(layer)) {
      int keep = attentive.kept().get(attentive.at().indexOf(layer));
      ClassAttention choice = new ClassAttention(keep, attentive.fused(), stage.tokens() + layer);
      open = noted(in, choice.prune(in, half.stream(), half.attended().probabilities()), keep);
    }
    return new Output(
        open.with(block.mlp(formulation, open.tokens(), widen(layer, open))),
        half.attended().logits(),
        in.positions());
  }

  private Output sampled(
      Formulation formulation, int layer, TokenStream in, Sampled sampled, boolean classOnly) {
    Block block = blocks.get(layer);
    boolean dropping = sampled.at().contains(layer);
    boolean constant = sampled.form() != Form.DROP;
    SampledAttention attention =
        new SampledAttention(
            new AdaptiveSampling(stage.tokens(), constant),
            switch (sampled.form()) {
              case MASK -> SampledAttention.Form.IN_PLACE;
              case COMPACT -> SampledAttention.Form.SPARE_PLACE;
              case DROP -> SampledAttention.Form.NO_PLACE;
            },
            layer);
    SampledAttention.Sampled half = attention.attend(formulation, block, in, dropping, classOnly);
    if (dropping) {
      counts.add(Reductions.sum(half.real(), 1));
      Value positions = positions(in);
      Value one = half.real().graph().scalar(1);
      // Sampled: its position; else -1.
      Value shown =
          Elementwise.sub(Elementwise.mul(half.real(), Elementwise.add(positions, one)), one);
      note(shown, half.scores());
    } else {
      counts.add(null);
    }
    TokenStream open = half.stream();
    return new Output(
        open.with(block.mlp(formulation, open.tokens(), widen(layer, open))), null, in.positions());
  }

  /** A token that was fused just now is not among those kept. */
  private TokenStream noted(TokenStream before, Pruned pruned, int keep) {
    Value positions = pruned.stream().positions();
    Value kept =
        positions.dimension(1) == keep + 1 ? positions : Layout.slice(positions, 1, 0, keep + 1L);
    note(Elementwise.cast(kept, DataType.FLOAT32), pruned.scores());
    return pruned.stream().leaving(grid.tokens(before, pruned.before()));
  }

  private void note(Value positions, Value scores) {
    kept.put(StageGraph.KEPT + steps, positions);
    kept.put(StageGraph.SCORE + steps, scores);
    steps++;
  }

  /** float32 [B, N] or [N]. */
  private Value positions(TokenStream stream) {
    if (stream.positions() != null) {
      return Elementwise.cast(stream.positions(), DataType.FLOAT32);
    }
    int tokens = stage.tokens();
    return stream
        .tokens()
        .x()
        .graph()
        .constant(
            Constant.exact(
                "positions_" + tokens,
                Shape.of(tokens),
                () -> {
                  float[] values = new float[tokens];
                  for (int i = 0; i < tokens; i++) {
                    values[i] = i;
                  }
                  return values;
                }));
  }

  private Value relations(int layer, int rows, Value positions) {
    if (reused.isEmpty()) {
      return null;
    }
    return positions == null
        ? upsampling.forward(reused.get(layer), rows)
        : upsampling.forward(reused.get(layer), rows, positions);
  }

  private UnaryOperator<Value> widen(int layer, TokenStream stream) {
    if (layer < contexts.size()) {
      return x -> Layout.concat(-1, x, context(contexts.get(layer), stream, x.dimension(1)));
    }
    int width = stage.contextWidth(layer);
    return width > 0 ? x -> Layout.padWithZeros(x, 0, 0, 0, width) : UnaryOperator.identity();
  }

  /** Of the first {@code rows} tokens; zeros for a token without a position of its own. */
  private Value context(Value all, TokenStream stream, long rows) {
    if (stream.positions() == null) {
      return all.dimension(1) == rows ? all : Layout.slice(all, 1, 0, rows);
    }
    Value positions = stream.positions();
    Value wanted = positions.dimension(1) == rows ? positions : Layout.slice(positions, 1, 0, rows);
    Value none = all.graph().longs(stage.tokens());
    return Selection.rows(Layout.padWithZeros(all, 0, 1, 0, 0), Elementwise.min(wanted, none));
  }

  /**
   * What each image cost, counted as for the whole stage from the tokens that were its own.
   *
   * @param image [B, 3, size, size]
   * @return [B, 1], 1e9 multiply-adds
   */
  Value cost(Value image) {
    Value total = null;
    Value now = null;
    long fixed = StageCost.withoutLayers(stage).total();
    for (int layer = 0; layer < blocks.size(); layer++) {
      LayerCost cost = LayerCost.of(stage, layer);
      Value next = counts.get(layer) == null ? now : counts.get(layer);
      if (next == null) {
        fixed += cost.of(stage.tokens(), stage.tokens()).total();
        continue;
      }
      long attending = cost.attending() + cost.attendingNorm();
      if (now == null) {
        fixed += stage.tokens() * attending + (long) stage.tokens() * stage.tokens() * cost.pair();
      } else {
        total = plus(total, times(now, attending));
        total = plus(total, times(Elementwise.mul(now, now), cost.pair()));
      }
      total = plus(total, times(next, cost.leaving() + cost.leavingNorm()));
      now = next;
    }
    total = plus(total, times(now, StageCost.perLastToken(stage)));
    return Elementwise.add(total, image.graph().scalar((float) (fixed / 1e9)));
  }

  private static Value times(Value count, long macs) {
    return Elementwise.mul(count, count.graph().scalar((float) (macs / 1e9)));
  }

  private static Value plus(Value sum, Value more) {
    return sum == null ? more : Elementwise.add(sum, more);
  }
}
