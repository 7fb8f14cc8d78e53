package ai.dvt.exporter.cost;

import ai.dvt.exporter.geometry.FeatureReuseGeometry;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.RelationReuseGeometry;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokensToToken;

/**
 * What one image costs in one stage. A FLOP in the papers is one multiply-add.
 *
 * @param macs multiply-adds of products and convolutions
 * @param elementwise what fvcore adds: 5 per element of a LayerNorm, 1 per element written by
 *     nearest upsampling, 1 per element read by average pooling
 */
public record StageCost(long macs, long elementwise) {
  private static final long PER_NORM_ELEMENT = 5;

  /** All that fvcore counts, in multiply-adds. */
  public long total() {
    return macs + elementwise;
  }

  /** Counts a stage. */
  public static StageCost of(StageGeometry stage) {
    StageCost cost = front(stage);
    for (int layer = 0; layer < stage.depth(); layer++) {
      cost = cost.plus(block(stage, layer));
    }
    if (stage.features().isPresent()) {
      cost = cost.plus(features(stage, stage.features().get()));
    }
    if (stage.relations().isPresent()) {
      cost = cost.plus(relations(stage, stage.relations().get()));
    }
    return cost.plus(head(stage));
  }

  private StageCost plus(StageCost other) {
    return new StageCost(macs + other.macs, elementwise + other.elementwise);
  }

  private static StageCost front(StageGeometry stage) {
    long positions = (long) stage.grid() * stage.grid();
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

  private static StageCost block(StageGeometry stage, int layer) {
    long tokens = stage.tokens();
    long width = stage.width();
    long widened = width + stage.contextWidth(layer);
    long attention = 4 * tokens * width * width + 2 * tokens * tokens * width;
    long mlp = tokens * stage.hidden() * (widened + width);
    return new StageCost(attention + mlp, PER_NORM_ELEMENT * tokens * (width + widened));
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

  private static StageCost head(StageGeometry stage) {
    long heads = stage.distilled() ? 2 : 1;
    return new StageCost(
        heads * stage.width() * stage.classes(), PER_NORM_ELEMENT * stage.tokens() * stage.width());
  }
}
