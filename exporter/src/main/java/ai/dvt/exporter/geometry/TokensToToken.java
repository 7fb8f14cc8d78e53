package ai.dvt.exporter.geometry;

/**
 * T2T-ViT's front: three soft splits with a narrow transformer between them.
 *
 * @param mixer what stands between the splits
 * @param first split of the picture; the other two are {@link SoftSplit#LATER}
 * @param tokenWidth width of the tokens between the splits
 * @param randomFeatures columns of the performer's kernel; 0 for transformer tokens
 */
public record TokensToToken(Mixer mixer, SoftSplit first, int tokenWidth, int randomFeatures)
    implements Front {
  /** LayerNorm epsilon inside this front, whatever the blocks use. */
  public static final float EPSILON = 1e-5f;

  /** The attention between two splits. */
  public enum Mixer {
    PERFORMER,
    TRANSFORMER
  }

  @Override
  public int grid(int imageSize) {
    return SoftSplit.LATER.windows(secondGrid(imageSize));
  }

  /** Tokens along one side after the first split. */
  public int firstGrid(int imageSize) {
    return first.windows(imageSize);
  }

  /** Tokens along one side after the second split. */
  public int secondGrid(int imageSize) {
    return SoftSplit.LATER.windows(firstGrid(imageSize));
  }
}
