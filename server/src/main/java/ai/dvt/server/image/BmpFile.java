package ai.dvt.server.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A BMP file: palettes, 16, 24 and 32 bits, run lengths. */
record BmpFile(int width, int height, ByteBuffer file) implements PictureFile {
  private static final int HEADER_AT = 14;

  /**
   * @param file little-endian
   */
  static BmpFile open(ByteBuffer file, PictureLimits limits) throws PictureException {
    int headerBytes = file.getInt(HEADER_AT);
    long width;
    long height;
    if (headerBytes == 12) {
      width = file.getShort(HEADER_AT + 4) & 0xffff;
      height = file.getShort(HEADER_AT + 6) & 0xffff;
    } else if (headerBytes >= 40 && headerBytes <= 124) {
      width = file.getInt(HEADER_AT + 4);
      height = Math.abs((long) file.getInt(HEADER_AT + 8));
    } else {
      throw new PictureException("", "a BMP header of " + headerBytes + " bytes", "12 or 40..124");
    }
    limits.check("", width, height);
    return new BmpFile((int) width, (int) height, file);
  }

  @Override
  public RgbPicture decode(PictureReaders readers) throws PictureException, IOException {
    SegmentStream stream = new SegmentStream(List.of(file));
    RgbPicture picture =
        SampleRows.toRgb(readers.image(PictureReaders.Format.BMP, stream), readers);
    if (stream.exhausted()) {
      throw new PictureException("", "a BMP file that ends early", "a whole file");
    }
    return picture;
  }
}
