package ai.dvt.exporter.cost;

import ai.dvt.exporter.geometry.ConvolutionStem;
import ai.dvt.exporter.geometry.FeatureReuseGeometry;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.RelationReuseGeometry;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning.LayerTokens;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokensToToken;
import java.util.List;

/**
 * What one image costs in one stage. A FLOP in the papers is one multiply-add.
 *
 * @param macs multiply-adds of products and convolutions
 * @param elementwise what fvcore adds: 5 per element of a LayerNorm, 2 of a batch norm, 1 per
 *     element written by nearest upsampling, 1 per element read by average pooling
 */
public record StageCost(long macs, long elementwise) {
  static final long PER_NORM_ELEMENT = 5;
  private static final long PER_BATCH_NORM_ELEMENT = 2;

  /** All that fvcore counts, in multiply-adds. */
  public long total() {
    return macs + elementwise;
  }

  /** Counts a stage; where the data decide how many tokens go on, the most that can be. */
  public static StageCost of(StageGeometry stage) {
    List<LayerTokens> tokens = stage.layerTokens();
    StageCost cost = front(stage).plus(head(stage, tokens.get(stage.depth() - 1).leaving()));
    for (int layer = 0; layer < stage.depth(); layer++) {
      LayerTokens at = tokens.get(layer);
      cost = cost.plus(LayerCost.of(stage, layer).of(at.attending(), at.leaving()));
    }
    if (stage.pruning().orElse(null) instanceof Predicted predicted) {
      for (int layer : predicted.at()) {
        int before = layer == 0 ? stage.tokens() : tokens.get(layer - 1).leaving();
        cost = cost.plus(predictor(stage.width(), before - 1L));
      }
    }
    if (stage.features().isPresent()) {
      cost = cost.plus(features(stage, stage.features().get()));
    }
    if (stage.relations().isPresent()) {
      cost = cost.plus(relations(stage, stage.relations().get()));
    }
    return cost;
  }

  /** What a stage costs that no layer's tokens change: front and exit, but for the last norm. */
  public static StageCost withoutLayers(StageGeometry stage) {
    return front(stage).plus(head(stage, 0));
  }

  /** Of each token that reaches the last norm. */
  public static long perLastToken(StageGeometry stage) {
    return PER_NORM_ELEMENT * stage.width();
  }

  private StageCost plus(StageCost other) {
    return new StageCost(macs + other.macs, elementwise + other.elementwise);
  }

  private static StageCost front(StageGeometry stage) {
    long positions = (long) stage.grid() * stage.grid();
    if (stage.front() instanceof ConvolutionStem stem) {
      return stem(stage, stem, positions);
    }
    if (stage.front() instanceof PatchEmbedding patch) {
      return new StageCost(positions * 3 * patch.kernel() * patch.kernel() * stage.width(), 0);
    }
    TokensToToken front = (TokensToToken) stage.front();
    long kernel = front.first().kernel();
    long width = front.tokenWidth();
    long first = front.firstGrid(stage.imageSize());
    long second = front.secondGrid(stage.imageSize());
    return mixer(front, first * first, 3 * kernel * kernel)
        .plus(mixer(front, second * second, 9 * width))
        .plus(new StageCost(positions * 9 * width * stage.width(), 0));
  }

  private static StageCost stem(StageGeometry stage, ConvolutionStem stem, long positions) {
    long side = stem.halved(stage.imageSize());
    long channels = stem.channels();
    long first = ConvolutionStem.FIRST_KERNEL * ConvolutionStem.FIRST_KERNEL * 3L;
    long later = ConvolutionStem.LATER_KERNEL * ConvolutionStem.LATER_KERNEL * channels;
    long patches = positions * stem.patch() * stem.patch() * channels * stage.width();
    long norms = stem.normalised() ? 3 * PER_BATCH_NORM_ELEMENT * side * side * channels : 0;
    return new StageCost(side * side * channels * (first + 2 * later) + patches, norms);
  }

  private static StageCost mixer(TokensToToken front, long tokens, long in) {
    long width = front.tokenWidth();
    long features = front.randomFeatures();
    long linear = 3 * tokens * in * width + 3 * tokens * width * width;
    long attention =
        front.mixer() == TokensToToken.Mixer.PERFORMER
            ? 4 * tokens * width * features + tokens * features
            : 2 * tokens * tokens * width;
    return new StageCost(linear + attention, PER_NORM_ELEMENT * tokens * (in + width));
  }

  /** DynamicViT's prediction module over {@code tokens} tokens. */
  private static StageCost predictor(long width, long tokens) {
    long half = width / 2;
    long quarter = width / 4;
    long linear = width * width + width * half + half * quarter + 2 * quarter;
    return new StageCost(tokens * linear, PER_NORM_ELEMENT * tokens * width);
  }

  private static StageCost features(StageGeometry stage, FeatureReuseGeometry reuse) {
    long upstream = stage.prefix() + (long) reuse.upstreamGrid() * reuse.upstreamGrid();
    long perToken =
        reuse.hidden() == 0
            ? (long) reuse.upstreamWidth() * reuse.width()
            : (long) reuse.hidden() * (reuse.upstreamWidth() + reuse.width());
    long norm = reuse.spec().layerNorm() ? PER_NORM_ELEMENT * upstream * reuse.upstreamWidth() : 0;
    long resize = 2L * reuse.width() * reuse.resizeThrough() * reuse.resizeThrough();
    long layers = reuse.spec().layers() == ReuseSpec.Layers.ALL ? stage.depth() : 1;
    return new StageCost(layers * upstream * perToken, layers * (norm + resize));
  }

  private static StageCost relations(StageGeometry stage, RelationReuseGeometry reuse) {
    long upstream = stage.prefix() + (long) reuse.upstreamGrid() * reuse.upstreamGrid();
    long in = reuse.upstreamChannels() / reuse.groups();
    long out = (long) stage.depth() * stage.heads();
    long perPair =
        reuse.hidden() == 0
            ? in * out
            : in * reuse.hidden() + reuse.hidden() / reuse.groups() * out;
    long between = (long) reuse.resizeThrough() * reuse.resizeThrough();
    long resize = 2 * out * between * (upstream + stage.tokens());
    return new StageCost(perPair * upstream * upstream, resize);
  }

  private static StageCost head(StageGeometry stage, long tokens) {
    long heads = (stage.distilled() ? 2 : 1) + (stage.auxiliary() ? Math.max(tokens - 1, 0) : 0);
    return new StageCost(heads * stage.width() * stage.classes(), tokens * perLastToken(stage));
  }
}
