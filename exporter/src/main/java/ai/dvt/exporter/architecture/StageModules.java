package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.ConvolutionStem;
import ai.dvt.exporter.geometry.FeatureReuseGeometry;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.RelationReuseGeometry;
import ai.dvt.exporter.geometry.ReuseSpec.ClassToken;
import ai.dvt.exporter.geometry.ReuseSpec.Upsampling;
import ai.dvt.exporter.geometry.SoftSplit;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokensToToken;
import ai.dvt.exporter.nn.Attention;
import ai.dvt.exporter.nn.Block;
import ai.dvt.exporter.nn.Embedding;
import ai.dvt.exporter.nn.Exit;
import ai.dvt.exporter.nn.Front;
import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.nn.Mlp;
import ai.dvt.exporter.nn.PatchProjection;
import ai.dvt.exporter.nn.StemProjection;
import ai.dvt.exporter.nn.StemProjection.Convolution;
import ai.dvt.exporter.nn.pruning.KeepPredictor;
import ai.dvt.exporter.nn.reuse.ContextLayer;
import ai.dvt.exporter.nn.reuse.FeatureReuse;
import ai.dvt.exporter.nn.reuse.RelationReuse;
import ai.dvt.exporter.nn.reuse.RelationUpsampling;
import ai.dvt.exporter.nn.reuse.UpsampleMatrix;
import ai.dvt.exporter.nn.tokens.Performer;
import ai.dvt.exporter.nn.tokens.SingleHead;
import ai.dvt.exporter.nn.tokens.SoftSplits;
import ai.dvt.exporter.nn.tokens.TokenAttention;
import ai.dvt.exporter.nn.tokens.TokenMixer;
import ai.dvt.exporter.onnx.Constant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the blocks of one stage of its sizes and its tensors. */
final class StageModules {
  /** Of the predictors' LayerNorm, whatever the blocks use. */
  private static final float PREDICTOR_EPSILON = 1e-5f;

  private final StageGeometry stage;
  private final StageWeights weights;

  StageModules(StageGeometry stage, StageWeights weights) {
    this.stage = stage;
    this.weights = weights;
  }

  Front front() {
    if (stage.front() instanceof ConvolutionStem stem) {
      return stem(stem);
    }
    if (stage.front() instanceof PatchEmbedding patch) {
      return new PatchProjection(
          weights.constant(
              "patch_embed.proj.weight", stage.width(), 3, patch.kernel(), patch.kernel()),
          weights.constant("patch_embed.proj.bias", stage.width()),
          patch.padding());
    }
    TokensToToken front = (TokensToToken) stage.front();
    SoftSplit first = front.first();
    int width = front.tokenWidth();
    return SoftSplits.of(
        stage.imageSize(),
        first.kernel(),
        first.stride(),
        first.padding(),
        mixer(front, 1, 3 * first.kernel() * first.kernel()),
        mixer(front, 2, 9 * width),
        weights.biased("tokens_to_token.project", stage.width(), 9 * width),
        width);
  }

  private StemProjection stem(ConvolutionStem stem) {
    List<Convolution> convolutions = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      int kernel = i == 1 ? ConvolutionStem.FIRST_KERNEL : ConvolutionStem.LATER_KERNEL;
      int channels = stem.channels();
      String name = "patch_embed.conv" + i;
      String norm = "patch_embed.bn" + i;
      Constant weight =
          weights.constant(name + ".weight", channels, i == 1 ? 3 : channels, kernel, kernel);
      int stride = i == 1 ? 2 : 1;
      if (!stem.normalised()) {
        convolutions.add(
            new Convolution(weight, weights.constant(name + ".bias", channels), stride));
        continue;
      }
      weights.ignore(norm + ".num_batches_tracked");
      convolutions.add(
          Convolution.folded(
              weight,
              weights.constant(norm + ".weight", channels),
              weights.constant(norm + ".bias", channels),
              weights.constant(norm + ".running_mean", channels),
              weights.constant(norm + ".running_var", channels),
              ConvolutionStem.EPSILON,
              stride));
    }
    int patch = stem.patch();
    return new StemProjection(
        convolutions,
        new PatchProjection(
            weights.constant(
                "patch_embed.proj.weight", stage.width(), stem.channels(), patch, patch),
            weights.constant("patch_embed.proj.bias", stage.width()),
            0));
  }

  private TokenMixer mixer(TokensToToken front, int number, int in) {
    String scope = "tokens_to_token." + number;
    int width = front.tokenWidth();
    TokenAttention attention =
        front.mixer() == TokensToToken.Mixer.PERFORMER
            ? Performer.of(
                weights.linear(scope + ".kqv", 3 * width, in),
                weights.constant(scope + ".random_features", front.randomFeatures(), width),
                weights.biased(scope + ".proj", width, width))
            : SingleHead.of(
                weights.linear(scope + ".attn.qkv", 3 * width, in),
                weights.biased(scope + ".attn.proj", width, width));
    return new TokenMixer(
        weights.norm(scope + ".norm1", in, TokensToToken.EPSILON),
        attention,
        weights.norm(scope + ".norm2", width, TokensToToken.EPSILON),
        weights.mlp(scope + ".mlp", width, width, width));
  }

  Embedding embedding() {
    List<Constant> prefix = new ArrayList<>();
    prefix.add(weights.constant("cls_token", 1, 1, stage.width()));
    if (stage.distilled()) {
      prefix.add(weights.constant("dist_token", 1, 1, stage.width()));
    }
    return new Embedding(prefix, weights.constant("pos_embed", 1, stage.tokens(), stage.width()));
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < stage.depth(); i++) {
      String scope = "blocks." + i;
      int width = stage.width();
      int widened = width + stage.contextWidth(i);
      Linear qkv = weights.linear(scope + ".attn.qkv", 3 * width, width);
      Linear projection = weights.biased(scope + ".attn.proj", width, width);
      Mlp mlp = weights.mlp(scope + ".mlp", widened, stage.hidden(), width);
      if (stage.residualDivisor() != 1) {
        float scale = 1 / stage.residualDivisor();
        projection = projection.scaled(scale);
        mlp = new Mlp(mlp.first(), mlp.second().scaled(scale));
      }
      // Constant zeros that ATS's own code saves.
      weights.ignore(scope + ".attn.out_zero_mask");
      blocks.add(
          new Block(
              weights.norm(scope + ".norm1", width, stage.epsilon()),
              Attention.of(qkv, projection, stage.heads()),
              weights.norm(scope + ".norm2", widened, stage.epsilon()),
              mlp));
    }
    return blocks;
  }

  Exit exit() {
    List<Linear> heads = new ArrayList<>();
    heads.add(weights.biased("head", stage.classes(), stage.width()));
    if (stage.distilled()) {
      heads.add(weights.biased("head_dist", stage.classes(), stage.width()));
    }
    return new Exit(
        weights.norm("norm", stage.width(), stage.epsilon()),
        heads,
        stage.auxiliary() ? weights.biased("aux_head", stage.classes(), stage.width()) : null);
  }

  /** DynamicViT's modules, one for each step. */
  List<KeepPredictor> predictors() {
    List<KeepPredictor> predictors = new ArrayList<>();
    int width = stage.width();
    int steps = stage.pruning().orElse(null) instanceof Predicted p ? p.at().size() : 0;
    for (int i = 0; i < steps; i++) {
      String scope = PruningReader.PREDICTOR + '.' + i;
      predictors.add(
          KeepPredictor.of(
              weights.norm(scope + ".in_conv.0", width, PREDICTOR_EPSILON),
              weights.biased(scope + ".in_conv.1", width, width),
              weights.biased(scope + ".out_conv.0", width / 2, width),
              weights.biased(scope + ".out_conv.2", width / 4, width / 2),
              weights.biased(scope + ".out_conv.4", 2, width / 4)));
    }
    return predictors;
  }

  Optional<FeatureReuse> features() {
    return stage.features().map(this::features);
  }

  private FeatureReuse features(FeatureReuseGeometry reuse) {
    List<ContextLayer> layers = new ArrayList<>();
    for (int i = 0; i < stage.depth() && reuse.reaches(i); i++) {
      String scope = "blocks." + i + ".feature_reuse";
      boolean linear = reuse.hidden() == 0;
      int first = linear ? reuse.width() : reuse.hidden();
      layers.add(
          new ContextLayer(
              reuse.spec().layerNorm()
                  ? weights.norm(scope + ".norm", reuse.upstreamWidth(), stage.epsilon())
                  : null,
              weights.biased(scope + ".fc1", first, reuse.upstreamWidth()),
              linear ? null : weights.biased(scope + ".fc2", reuse.width(), reuse.hidden())));
    }
    double classToken = reuse.spec().classToken() == ClassToken.REUSED ? 1 : 0;
    return new FeatureReuse(
        layers,
        UpsampleMatrix.grid(reuse.upstreamGrid(), stage.grid(), reuse.resizeThrough())
            .withPrefix(stage.prefix(), classToken));
  }

  Optional<RelationReuse> relations() {
    return stage.relations().map(this::relations);
  }

  private RelationReuse relations(RelationReuseGeometry reuse) {
    String scope = "relation_reuse.";
    int in = reuse.upstreamChannels() / reuse.groups();
    int out = stage.depth() * stage.heads();
    boolean linear = reuse.hidden() == 0;
    int first = linear ? out : reuse.hidden();
    return new RelationReuse(
        weights.constant(scope + "expand.weight", first, in, 1, 1),
        weights.constant(scope + "expand.bias", first),
        linear
            ? null
            : weights.constant(scope + "reduce.weight", out, first / reuse.groups(), 1, 1),
        linear ? null : weights.constant(scope + "reduce.bias", out),
        reuse.groups(),
        stage.depth());
  }

  Optional<RelationUpsampling> upsampling() {
    return stage
        .relations()
        .map(
            reuse -> {
              int prefix = stage.prefix();
              int upstream = prefix + reuse.upstreamGrid() * reuse.upstreamGrid();
              return new RelationUpsampling(
                  reuse.spec().upsampling() == Upsampling.NAIVE
                      ? UpsampleMatrix.axis(upstream, stage.tokens(), stage.tokens())
                      : UpsampleMatrix.grid(
                              reuse.upstreamGrid(), stage.grid(), reuse.resizeThrough())
                          .withPrefix(prefix, 1));
            });
  }
}
