package ai.dvt.server.image;

import java.awt.image.Raster;
import java.nio.ByteBuffer;

/** CMYK of a JPEG file, inverted as Adobe stores it, to RGB with Pillow's arithmetic. */
final class CmykRows {
  private static final int HALF = 1 << 15;

  private CmykRows() {}

  /**
   * @param raster uint8 [height, width, 4]: CMYK, or YCbCr of inverted CMY, and K
   * @param pixels at least width x height x 3 bytes, taken over
   */
  static RgbPicture toRgb(Raster raster, boolean transformed, byte[] pixels) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int[] row = new int[4 * width];
    int at = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < 4 * width; x += 4) {
        int cyan = row[x];
        int magenta = row[x + 1];
        int yellow = row[x + 2];
        if (transformed) {
          int luminance = row[x];
          int blue = row[x + 1] - 128;
          int red = row[x + 2] - 128;
          cyan = 255 - level(luminance + (91881 * red + HALF >> 16));
          magenta = 255 - level(luminance + (-22554 * blue - 46802 * red + HALF >> 16));
          yellow = 255 - level(luminance + (116130 * blue + HALF >> 16));
        }
        int key = row[x + 3];
        pixels[at++] = (byte) (key - scaled(255 - cyan, key));
        pixels[at++] = (byte) (key - scaled(255 - magenta, key));
        pixels[at++] = (byte) (key - scaled(255 - yellow, key));
      }
    }
    return new RgbPicture(width, height, ByteBuffer.wrap(pixels));
  }

  /** a * b / 255, rounded. */
  private static int scaled(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
  }

  private static int level(int value) {
    return Math.min(Math.max(value, 0), 255);
  }
}
