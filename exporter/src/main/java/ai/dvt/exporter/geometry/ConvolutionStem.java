package ai.dvt.exporter.geometry;

/**
 * LV-ViT's front: three convolutions, the first of them halving the picture, then patches.
 *
 * @param channels of the three convolutions
 * @param patch side of a patch in pixels of the halved picture
 * @param normalised whether a batch norm stands behind each convolution, else they have biases
 */
public record ConvolutionStem(int channels, int patch, boolean normalised) implements Front {
  /** Side of the first kernel. */
  public static final int FIRST_KERNEL = 7;

  /** Side of the second and third kernel. */
  public static final int LATER_KERNEL = 3;

  /** Added to the variance of every batch norm. */
  public static final float EPSILON = 1e-5f;

  public ConvolutionStem {
    if (channels < 1 || patch < 1) {
      throw new GeometryException("stem", channels + " channels, patch " + patch, "each >= 1");
    }
  }

  /** Side of the picture behind the three convolutions, pixels. */
  public int halved(int imageSize) {
    return new SoftSplit(FIRST_KERNEL, 2, FIRST_KERNEL / 2).windows(imageSize);
  }

  @Override
  public int grid(int imageSize) {
    return new SoftSplit(patch, patch, 0).windows(halved(imageSize));
  }
}
