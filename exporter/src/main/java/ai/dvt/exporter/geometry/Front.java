package ai.dvt.exporter.geometry;

/** How a picture becomes tokens. */
public sealed interface Front permits PatchEmbedding, ConvolutionStem, TokensToToken {
  /** Tokens along one side of the grid that a picture of {@code imageSize} pixels becomes. */
  int grid(int imageSize);
}
