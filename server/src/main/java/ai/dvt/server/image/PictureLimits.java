package ai.dvt.server.image;

/**
 * The largest picture that is taken; checked on a file's header, before decoding.
 *
 * @param maxPixels width times height; also bounds the pixels in decoding at one time
 * @param maxSide pixels of the longer side
 */
public record PictureLimits(int maxPixels, int maxSide) {
  /** 64 megapixels, 16384 a side. */
  public static final PictureLimits DEFAULT = new PictureLimits(64 << 20, 16384);

  public PictureLimits {
    if (maxPixels < 1) {
      throw new IllegalArgumentException("maxPixels: " + maxPixels + " (expected: >= 1)");
    }
    if (maxSide < 1) {
      throw new IllegalArgumentException("maxSide: " + maxSide + " (expected: >= 1)");
    }
  }

  void check(String part, long width, long height) throws PictureException {
    String got = width + "x" + height + " pixels";
    if (width < 1 || height < 1) {
      throw new PictureException(part, got, "at least 1x1");
    }
    if (width > maxSide || height > maxSide) {
      throw new PictureException(part, got, "at most " + maxSide + " a side");
    }
    if (width * height > maxPixels) {
      throw new PictureException(part, got, "at most " + maxPixels + " pixels");
    }
  }
}
