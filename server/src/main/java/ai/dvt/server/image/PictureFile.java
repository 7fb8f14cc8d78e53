package ai.dvt.server.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A picture file whose header was read and nothing else. */
sealed interface PictureFile permits JpegFile, PngFile, BmpFile, GifFile {
  int width();

  int height();

  /**
   * Decodes the pixels.
   *
   * @return uint8 [height, width, 3]; in {@code readers}' memory or its own
   * @throws PictureException if the file is cut short
   * @throws IOException if the file's format is broken
   */
  RgbPicture decode(PictureReaders readers) throws PictureException, IOException;

  /**
   * Reads the header of a file of any known format and checks the picture's size.
   *
   * @param file from position to limit
   */
  static PictureFile open(ByteBuffer file, PictureLimits limits) throws PictureException {
    ByteBuffer bytes = file.slice();
    if (bytes.capacity() == 0) {
      throw new PictureException("", "no bytes", "a JPEG, PNG, BMP or GIF file");
    }
    try {
      if (starts(bytes, 0xff, 0xd8, 0xff)) {
        return JpegFile.open(bytes, limits);
      }
      if (starts(bytes, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
        return PngFile.open(bytes, limits);
      }
      if (starts(bytes, 'G', 'I', 'F', '8', '7', 'a')
          || starts(bytes, 'G', 'I', 'F', '8', '9', 'a')) {
        return GifFile.open(bytes.order(ByteOrder.LITTLE_ENDIAN), limits);
      }
      if (starts(bytes, 'B', 'M')) {
        return BmpFile.open(bytes.order(ByteOrder.LITTLE_ENDIAN), limits);
      }
    } catch (IndexOutOfBoundsException e) {
      throw new PictureException("", "a file that ends in its header", "a whole file", e);
    }
    throw new PictureException(
        "",
        bytes.capacity() + " bytes starting with " + hex(bytes),
        "a JPEG, PNG, BMP or GIF file");
  }

  private static boolean starts(ByteBuffer bytes, int... magic) {
    if (bytes.capacity() < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((bytes.get(i) & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static String hex(ByteBuffer bytes) {
    byte[] start = new byte[Math.min(8, bytes.capacity())];
    bytes.get(0, start);
    return java.util.HexFormat.of().formatHex(start);
  }
}
