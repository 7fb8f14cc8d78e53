package ai.dvt.server.image;

import java.nio.ByteBuffer;

/**
 * A picture's pixels, uint8 [height, width, 3], red first, rows without padding.
 *
 * @param pixels from index 0 on; may be longer than the picture and belong to somebody else
 */
public record RgbPicture(int width, int height, ByteBuffer pixels) {
  public RgbPicture {
    if (width < 1 || height < 1 || 3L * width * height > pixels.capacity()) {
      throw new IllegalArgumentException(
          "picture: %dx%d in %d bytes (expected: width x height x 3 bytes)"
              .formatted(width, height, pixels.capacity()));
    }
  }

  /**
   * Copies pixels of one row.
   *
   * @param x first column
   * @param count number of columns
   */
  void readRow(int y, int x, int count, byte[] into) {
    pixels.get(3 * (y * width + x), into, 0, 3 * count);
  }
}
