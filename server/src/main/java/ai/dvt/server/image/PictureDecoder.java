package ai.dvt.server.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/**
 * Decodes JPEG, PNG, BMP and GIF (first frame) to RGB as Pillow's {@code convert('RGB')} does:
 * alpha, EXIF rotation and colour profiles are ignored. Safe from any thread; every thread keeps a
 * decoder and a buffer of its own, and large pictures wait for each other so that no more than
 * {@link PictureLimits#maxPixels} are in decoding at one time.
 */
public final class PictureDecoder {
  private final PictureLimits limits;
  private final Semaphore pixelsInDecoding;
  private final ThreadLocal<PictureReaders> readers = ThreadLocal.withInitial(PictureReaders::new);

  public PictureDecoder(PictureLimits limits) {
    this.limits = limits;
    this.pixelsInDecoding = new Semaphore(limits.maxPixels(), true);
  }

  /** The largest picture that this decoder takes. */
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
    PictureFile picture = PictureFile.open(file, limits);
    int pixels = picture.width() * picture.height();
    pixelsInDecoding.acquireUninterruptibly(pixels);
    try {
      return picture.decode(readers.get());
    } catch (IOException | RuntimeException e) {
      // The JDK's readers answer broken files with many kinds of unchecked exceptions.
      throw new PictureException(
          "", "a broken file, " + e.getMessage(), "a picture that decodes", e);
    } finally {
      pixelsInDecoding.release(pixels);
    }
  }
}
