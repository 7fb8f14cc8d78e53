package ai.dvt.server.image;

import java.nio.ByteBuffer;

/**
 * Decodes JPEG, PNG, BMP and GIF (first frame) to RGB as Pillow's {@code convert('RGB')} does:
 * alpha, EXIF rotation and colour profiles are ignored. Safe from any thread.
 */
public final class PictureDecoder {
  private final PictureLimits limits;

  public PictureDecoder(PictureLimits limits) {
    this.limits = limits;
  }

  public PictureLimits limits() {
    return limits;
  }

  /**
   * Decodes a picture file; its size is checked before any pixel is decoded.
   *
   * @param file from position to limit; not kept, position unchanged
   * @return a picture whose pixels are valid until the calling thread decodes the next one
   * @throws PictureException for anything that is no whole picture, or a too large one
   */
  public RgbPicture decode(ByteBuffer file) throws PictureException {
    throw new PictureException("", file.remaining() + " bytes", "a JPEG, PNG, BMP or GIF file");
  }
}
