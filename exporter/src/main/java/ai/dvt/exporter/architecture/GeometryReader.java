package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.ConvolutionStem;
import ai.dvt.exporter.geometry.Front;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.SoftSplit;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokensToToken;
import ai.dvt.exporter.geometry.TokensToToken.Mixer;
import ai.dvt.exporter.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the sizes of every stage off the tensors, the options and the preset. */
final class GeometryReader {
  /** LV-ViT's divisor of residual branches. */
  private static final double SKIP_LAMBDA = 2;

  private final Architecture architecture;
  private final Weights weights;
  private final ArchitectureOptions options;
  private final ReuseReader reuse;
  private final PruningReader pruning;

  GeometryReader(Architecture architecture, Weights weights, ArchitectureOptions options) {
    this.architecture = architecture;
    this.weights = weights;
    this.options = options;
    this.reuse = new ReuseReader(weights, options);
    this.pruning = new PruningReader(architecture, options);
  }

  /** All stages, the first one first. */
  List<StageGeometry> read() {
    int count = weights.stages();
    if (count == 0) {
      throw new ArchitectureException(weights.source(), "no stage", "tensors of a vision model");
    }
    Family family = Family.of(weights);
    if (family != architecture.family()) {
      throw mismatch(
          family + " tensors",
          "the tensors of a "
              + architecture.family()
              + " model"
              + (family == Family.LVVIT ? "; dynamicvit-lvvit reads these" : ""));
    }
    pruning.check();
    if (count > 1 && !architecture.cascade()) {
      throw mismatch(count + " stages", "one stage, or dvt-deit or dvt-t2t");
    }
    perStage("soft-split", options.softSplits().size(), count);
    perStage("resize-through", options.resizeThrough().size(), count - 1);
    List<StageGeometry> stages = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      stages.add(stage(number, stages));
    }
    return pruning.pruned(stages, weights);
  }

  private StageGeometry stage(int number, List<StageGeometry> before) {
    Weights tensors = weights.stage(number);
    int width = dimension(tensors, "cls_token", 3, 2);
    int depth = tensors.length("blocks");
    boolean distilled = tensors.has("dist_token");
    expect(number, width, depth, distilled, tensors.hasScope("tokens_to_token.1.attn"));
    int imageSize = options.imageSize().orElse(architecture.imageSize());
    int grid = grid(tensors, distilled ? 2 : 1);
    Front front =
        switch (architecture.family()) {
          case DEIT -> patches(tensors, imageSize, grid);
          case T2T -> softSplits(tensors, number, imageSize, grid);
          case LVVIT -> stem(tensors, imageSize, grid);
        };
    int heads = heads(number, tensors, width, depth);
    StageGeometry alone =
        new StageGeometry(
            number,
            imageSize,
            front,
            width,
            depth,
            heads,
            dimension(tensors, "blocks.0.mlp.fc1.weight", 2, 0),
            dimension(tensors, "head.weight", 2, 0),
            distilled,
            options.epsilon().orElse(architecture.family().epsilon()).floatValue(),
            Optional.empty(),
            Optional.empty(),
            architecture.family() == Family.LVVIT
                ? options.pruning().skipLambda().orElse(SKIP_LAMBDA).floatValue()
                : 1,
            tensors.hasScope("aux_head"),
            Optional.empty());
    return before.isEmpty()
        ? reuse.first(alone)
        : reuse.after(before.get(before.size() - 1), alone);
  }

  private void expect(
      int number, int width, int depth, boolean distilled, boolean transformerTokens) {
    if (architecture.width() != 0
        && (width != architecture.width() || depth != architecture.depth())) {
      throw mismatch(
          "stage " + number + " of width " + width + " and depth " + depth,
          "width " + architecture.width() + " and depth " + architecture.depth());
    }
    Architecture.Variant variant = architecture.variant();
    if (variant == Architecture.Variant.ANY || architecture.pruning().isPresent()) {
      return;
    }
    if (distilled != (variant == Architecture.Variant.DISTILLED)) {
      throw mismatch(
          distilled ? "a distillation token" : "no distillation token",
          distilled ? architecture.name() + "-distilled" : "dist_token");
    }
    if (transformerTokens != (variant == Architecture.Variant.TRANSFORMER_TOKENS)) {
      throw mismatch(
          transformerTokens ? "transformer tokens" : "performer tokens",
          transformerTokens ? "t2t-t-14, or t2t for any" : "transformer tokens, or t2t for any");
    }
  }

  private int grid(Weights tensors, int prefix) {
    int positions = dimension(tensors, "pos_embed", 3, 1) - prefix;
    int grid = (int) Math.round(Math.sqrt(positions));
    if (positions < 1 || grid * grid != positions) {
      throw new ArchitectureException(
          tensors.describe("pos_embed"),
          positions + " positions beside the class token",
          "a square number");
    }
    return grid;
  }

  private static PatchEmbedding patches(Weights tensors, int imageSize, int grid) {
    int kernel = dimension(tensors, "patch_embed.proj.weight", 4, 2);
    return PatchEmbedding.covering(imageSize, kernel, grid);
  }

  private static ConvolutionStem stem(Weights tensors, int imageSize, int grid) {
    ConvolutionStem stem =
        new ConvolutionStem(
            dimension(tensors, "patch_embed.conv1.weight", 4, 0),
            dimension(tensors, "patch_embed.proj.weight", 4, 2),
            tensors.hasScope("patch_embed.bn1"));
    if (stem.grid(imageSize) != grid) {
      throw new ArchitectureException(
          "image-size " + imageSize,
          "a grid of " + stem.grid(imageSize),
          "the grid of pos_embed, " + grid);
    }
    return stem;
  }

  private TokensToToken softSplits(Weights tensors, int number, int imageSize, int grid) {
    int columns = dimension(tensors, "tokens_to_token.1.norm1.weight", 1, 0);
    int kernel = (int) Math.round(Math.sqrt(columns / 3.0));
    if (3 * kernel * kernel != columns) {
      throw new ArchitectureException(
          tensors.describe("tokens_to_token.1.norm1.weight"), columns, "3 * kernel^2 columns");
    }
    SoftSplit split = split(number, kernel);
    boolean performer = tensors.has("tokens_to_token.1.random_features");
    String projection = "tokens_to_token.1." + (performer ? "" : "attn.") + "proj.weight";
    TokensToToken front =
        new TokensToToken(
            performer ? Mixer.PERFORMER : Mixer.TRANSFORMER,
            split,
            dimension(tensors, projection, 2, 0),
            performer ? dimension(tensors, "tokens_to_token.1.random_features", 2, 0) : 0);
    if (front.grid(imageSize) != grid) {
      throw new ArchitectureException(
          "image-size " + imageSize + " with soft split of stage " + number,
          "a grid of " + front.grid(imageSize),
          "the grid of pos_embed, " + grid);
    }
    return front;
  }

  private SoftSplit split(int number, int kernel) {
    if (!options.softSplits().isEmpty()) {
      SoftSplit given = options.softSplits().get(number - 1);
      if (given.kernel() != kernel) {
        throw new ArchitectureException(
            "soft-split of stage " + number,
            "kernel " + given.kernel(),
            "the tensors' kernel " + kernel);
      }
      return given;
    }
    return SoftSplit.KNOWN.stream()
        .filter(known -> known.kernel() == kernel)
        .findFirst()
        .orElseThrow(
            () ->
                new ArchitectureException(
                    "soft-split of stage " + number,
                    "none for kernel " + kernel,
                    "an option kernel/stride/padding; known kernels are 14, 11 and 7"));
  }

  private int heads(int number, Weights tensors, int width, int depth) {
    Optional<Integer> shown = reuse.heads(number, tensors, depth);
    if (options.heads().isPresent()) {
      return options.heads().get();
    }
    if (shown.isPresent()) {
      return shown.get();
    }
    if (width % 64 != 0) {
      throw new ArchitectureException(
          "heads", "not given", "an option, because the width " + width + " is no multiple of 64");
    }
    return width / 64;
  }

  private void perStage(String option, int got, int wanted) {
    if (got != 0 && got != wanted) {
      throw new ArchitectureException(option, got + " values", wanted + " values, or none");
    }
  }

  private ArchitectureException mismatch(String got, String rule) {
    return new ArchitectureException(
        "architecture " + architecture.name() + " for " + weights.source(), got, rule);
  }

  static int dimension(Weights tensors, String name, int rank, int axis) {
    List<Integer> shape = tensors.shape(name);
    if (shape.size() != rank || shape.contains(0)) {
      throw new ArchitectureException(
          tensors.describe(name), "shape " + shape, rank + " axes, none empty");
    }
    return shape.get(axis);
  }
}
