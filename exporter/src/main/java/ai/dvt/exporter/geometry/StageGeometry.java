package ai.dvt.exporter.geometry;

import java.util.List;
import java.util.Optional;

/**
 * One stage.
 *
 * @param number from 1
 * @param imageSize side of the picture in pixels
 * @param front how the picture becomes tokens
 * @param width of a token (D)
 * @param depth blocks (L)
 * @param heads of each block's attention (H)
 * @param hidden width inside each block's MLP
 * @param classes of the exit
 * @param distilled whether a distillation token follows the class token
 * @param epsilon of every LayerNorm behind the front
 * @param features feature reuse, if any
 * @param relations relation reuse, if any
 * @param residualDivisor what both branches of every block are divided by (LV-ViT); usually 1
 * @param auxiliary whether the exit also looks at every token (LV-ViT's auxiliary head)
 * @param pruning how tokens are dropped on the way, if they are
 */
public record StageGeometry(
    int number,
    int imageSize,
    Front front,
    int width,
    int depth,
    int heads,
    int hidden,
    int classes,
    boolean distilled,
    float epsilon,
    Optional<FeatureReuseGeometry> features,
    Optional<RelationReuseGeometry> relations,
    float residualDivisor,
    boolean auxiliary,
    Optional<TokenPruning> pruning) {
  public StageGeometry {
    if (heads < 1 || width % heads != 0) {
      throw new GeometryException(
          "heads of stage " + number, heads, "a divisor of the width " + width);
    }
    if (depth < 1 || hidden < 1 || classes < 1) {
      throw new GeometryException(
          "stage " + number,
          "depth " + depth + ", hidden width " + hidden + ", classes " + classes,
          "each >= 1");
    }
    if (!(epsilon > 0 && epsilon < 1)) {
      throw new GeometryException("LayerNorm epsilon", epsilon, "between 0 and 1");
    }
    if (!(residualDivisor > 0 && Float.isFinite(residualDivisor))) {
      throw new GeometryException("skip-lam", residualDivisor, "> 0");
    }
    if (distilled && (auxiliary || pruning.isPresent())) {
      throw new GeometryException(
          "stage " + number, "a distillation token", "none where tokens are pruned or all read");
    }
  }

  /** A stage of plain blocks that keep every token. */
  public StageGeometry(
      int number,
      int imageSize,
      Front front,
      int width,
      int depth,
      int heads,
      int hidden,
      int classes,
      boolean distilled,
      float epsilon,
      Optional<FeatureReuseGeometry> features,
      Optional<RelationReuseGeometry> relations) {
    this(
        number,
        imageSize,
        front,
        width,
        depth,
        heads,
        hidden,
        classes,
        distilled,
        epsilon,
        features,
        relations,
        1,
        false,
        Optional.empty());
  }

  /** The same with reuse. */
  public StageGeometry withReuse(
      Optional<FeatureReuseGeometry> newFeatures, Optional<RelationReuseGeometry> newRelations) {
    return new StageGeometry(
        number,
        imageSize,
        front,
        width,
        depth,
        heads,
        hidden,
        classes,
        distilled,
        epsilon,
        newFeatures,
        newRelations,
        residualDivisor,
        auxiliary,
        pruning);
  }

  /** The same with tokens dropped on the way. */
  public StageGeometry withPruning(TokenPruning newPruning) {
    return new StageGeometry(
        number,
        imageSize,
        front,
        width,
        depth,
        heads,
        hidden,
        classes,
        distilled,
        epsilon,
        features,
        relations,
        residualDivisor,
        auxiliary,
        Optional.of(newPruning));
  }

  /** Tokens along one side of the grid. */
  public int grid() {
    return front.grid(imageSize);
  }

  /** Tokens before the grid: the class token and, if any, the distillation token. */
  public int prefix() {
    return distilled ? 2 : 1;
  }

  /** All tokens (N). */
  public int tokens() {
    return prefix() + grid() * grid();
  }

  /** Width of layer {@code index}'s context embedding, from 0; 0 if it has none. */
  public int contextWidth(int index) {
    return features.filter(f -> f.reaches(index)).map(FeatureReuseGeometry::width).orElse(0);
  }

  /** Tokens of each layer; where the data decide, the most that can be. */
  public List<TokenPruning.LayerTokens> layerTokens() {
    return pruning
        .map(p -> p.layers(tokens(), depth))
        .orElseGet(() -> TokenPruning.unpruned(tokens(), depth));
  }

  /** For people: {@code 7x7}. */
  public String name() {
    return grid() + "x" + grid();
  }
}
