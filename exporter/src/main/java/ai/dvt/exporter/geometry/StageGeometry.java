package ai.dvt.exporter.geometry;

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
    Optional<RelationReuseGeometry> relations) {
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

  /** For people: {@code 7x7}. */
  public String name() {
    return grid() + "x" + grid();
  }
}
