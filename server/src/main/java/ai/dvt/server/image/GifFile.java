package ai.dvt.server.image;

import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The first frame of a GIF file on its screen; what the frame leaves free shows the transparent
 * colour's entry, or entry 0.
 *
 * @param width of the screen, or of the frame where that reaches further
 * @param left the frame's place on the screen
 * @param palette uint8 [256, 3]
 * @param background palette entry around the frame
 */
record GifFile(
    int width, int height, int left, int top, byte[] palette, int background, ByteBuffer file)
    implements PictureFile {
  private static final int SCREEN_END = 13;
  private static final int HAS_PALETTE = 0x80;

  /**
   * @param file little-endian
   */
  static GifFile open(ByteBuffer file, PictureLimits limits) throws PictureException {
    byte[] palette = new byte[3 * 256];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i / 3);
    }
    int at = SCREEN_END + palette(file, 10, SCREEN_END, palette);
    int background = 0;
    while (true) {
      int block = file.get(at++) & 0xff;
      if (block == ',') {
        break;
      }
      if (block == ';') {
        throw new PictureException("", "a GIF file without a picture", "a whole file");
      }
      if (block == '!') {
        if ((file.get(at) & 0xff) == 0xf9 && (file.get(at + 2) & 1) == 1) {
          background = file.get(at + 5) & 0xff;
        }
        at++;
        for (int length = file.get(at) & 0xff; length > 0; length = file.get(at) & 0xff) {
          at += 1 + length;
        }
        at++;
      }
    }
    int left = file.getShort(at) & 0xffff;
    int top = file.getShort(at + 2) & 0xffff;
    int frameWidth = file.getShort(at + 4) & 0xffff;
    int frameHeight = file.getShort(at + 6) & 0xffff;
    limits.check("", frameWidth, frameHeight);
    int width = Math.max(file.getShort(6) & 0xffff, left + frameWidth);
    int height = Math.max(file.getShort(8) & 0xffff, top + frameHeight);
    limits.check("", width, height);
    palette(file, at + 8, at + 9, palette);
    return new GifFile(width, height, left, top, palette, background, file);
  }

  /** Reads a palette if the flags say that there is one; returns its bytes. */
  private static int palette(ByteBuffer file, int flagsAt, int at, byte[] into) {
    int flags = file.get(flagsAt);
    if ((flags & HAS_PALETTE) == 0) {
      return 0;
    }
    int bytes = 3 << ((flags & 7) + 1);
    for (int i = 0; i < into.length; i++) {
      into[i] = (byte) (i / 3);
    }
    file.get(at, into, 0, bytes);
    return bytes;
  }

  @Override
  public RgbPicture decode(PictureReaders readers) throws PictureException, IOException {
    SegmentStream stream = new SegmentStream(List.of(file));
    Raster frame = readers.image(PictureReaders.Format.GIF, stream).getRaster();
    if (stream.exhausted()) {
      throw new PictureException("", "a GIF file that ends early", "a whole file");
    }
    byte[] pixels = readers.pixels(3 * width * height);
    if (frame.getWidth() != width || frame.getHeight() != height) {
      for (int i = 0; i < 3 * width * height; i += 3) {
        System.arraycopy(palette, 3 * background, pixels, i, 3);
      }
    }
    int[] row = new int[frame.getWidth()];
    for (int y = 0; y < frame.getHeight(); y++) {
      frame.getPixels(0, y, frame.getWidth(), 1, row);
      int at = 3 * ((top + y) * width + left);
      for (int index : row) {
        System.arraycopy(palette, 3 * index, pixels, at, 3);
        at += 3;
      }
    }
    return new RgbPicture(width, height, ByteBuffer.wrap(pixels));
  }
}
