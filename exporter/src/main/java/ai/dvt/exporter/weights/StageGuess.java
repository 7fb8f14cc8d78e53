package ai.dvt.exporter.weights;

import java.util.List;

/**
 * What the tensors of one stage say; 0 where they say nothing.
 *
 * @param number from 1
 * @param prefix of its names in the file, empty for a plain ViT
 * @param grid tokens per side; 0 if the tokens are no square
 * @param kernel side of the patch (convolution, or the first soft split), pixels
 * @param width embedding dimension
 * @param heads from the relation adapter, else width / 64 if that is whole: an option may differ
 * @param tokenWidth width inside the T2T front; 0 for other fronts
 * @param mlpRatio hidden width of the MLP / width
 */
public record StageGuess(
    int number,
    String prefix,
    int grid,
    int kernel,
    int width,
    int depth,
    int heads,
    int tokenWidth,
    double mlpRatio,
    int classes,
    boolean featureReuse,
    boolean relationReuse,
    long parameters) {

  private static final int HEAD_WIDTH = 64;
  private static final int COLOURS = 3;

  static StageGuess of(int number, String prefix, Weights stage) {
    int width = dim(stage, "cls_token", -1);
    int tokens = dim(stage, "pos_embed", 1) - 1 - (stage.has("dist_token") ? 1 : 0);
    int grid = (int) Math.round(Math.sqrt(Math.max(0, tokens)));
    int depth = stage.length("blocks");
    int relations = dim(stage, "relation_reuse.expand.weight", 1);
    int hidden = dim(stage, "blocks.0.mlp.fc1.weight", 0);
    return new StageGuess(
        number,
        prefix,
        grid * grid == tokens ? grid : 0,
        kernel(stage),
        width,
        depth,
        heads(width, depth, relations),
        stage.hasScope("tokens_to_token")
            ? dim(stage, "tokens_to_token.1.proj.weight", 0)
                + dim(stage, "tokens_to_token.1.attn.proj.weight", 0)
            : 0,
        width == 0 ? 0 : (double) hidden / width,
        dim(stage, "head.weight", 0),
        stage.hasScope("blocks.0.feature_reuse"),
        relations > 0,
        stage.parameters());
  }

  private static int heads(int width, int depth, int relations) {
    if (relations > 0 && depth > 0 && relations % depth == 0) {
      return relations / depth;
    }
    return width % HEAD_WIDTH == 0 ? width / HEAD_WIDTH : 0;
  }

  private static int kernel(Weights stage) {
    if (stage.hasScope("patch_embed.conv1")) {
      return 2 * dim(stage, "patch_embed.proj.weight", -1);
    }
    int convolution = dim(stage, "patch_embed.proj.weight", -1);
    int unfolded = dim(stage, "tokens_to_token.1.norm1.weight", 0);
    return convolution > 0 ? convolution : (int) Math.round(Math.sqrt(unfolded / (double) COLOURS));
  }

  private static int dim(Weights stage, String name, int axis) {
    if (!stage.has(name)) {
      return 0;
    }
    List<Integer> shape = stage.shape(name);
    int at = axis < 0 ? shape.size() + axis : axis;
    return at >= 0 && at < shape.size() ? shape.get(at) : 0;
  }
}
