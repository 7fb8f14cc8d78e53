package ai.dvt.exporter.geometry;

/**
 * DeiT's front: one convolution whose stride is its kernel.
 *
 * @param kernel side of a patch in pixels
 * @param padding zeros on every side of the picture
 */
public record PatchEmbedding(int kernel, int padding) implements Front {
  public PatchEmbedding {
    if (kernel < 1 || padding < 0) {
      throw new GeometryException(
          "patch", kernel + " with padding " + padding, "kernel >= 1, padding >= 0");
    }
  }

  /**
   * The embedding that cuts a picture into exactly this grid: padding = (kernel * grid - size) / 2.
   */
  public static PatchEmbedding covering(int imageSize, int kernel, int grid) {
    int missing = kernel * grid - imageSize;
    if (missing < 0 || missing % 2 != 0) {
      throw new GeometryException(
          "image size",
          imageSize,
          "padding (kernel * grid - size) / 2 whole and >= 0, got ("
              + kernel
              + " * "
              + grid
              + " - "
              + imageSize
              + ") / 2");
    }
    return new PatchEmbedding(kernel, missing / 2);
  }

  @Override
  public int grid(int imageSize) {
    return new SoftSplit(kernel, kernel, padding).windows(imageSize);
  }
}
