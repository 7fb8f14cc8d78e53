package ai.dvt.server.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.nio.ByteBuffer;

/**
 * Samples as a file stores them to RGB, without any colour management, with Pillow's arithmetic.
 */
final class SampleRows {
  private SampleRows() {}

  /** Palettes are looked up, grey is replicated, alpha is dropped. */
  static RgbPicture toRgb(BufferedImage image, PictureReaders readers) {
    ColorModel colours = image.getColorModel();
    Raster raster = image.getRaster();
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    byte[] pixels = readers.pixels(3 * width * height);
    int[][] levels = levels(colours, raster);
    int green = bands < 3 ? 0 : 1;
    int blue = bands < 3 ? 0 : 2;
    int[] row = new int[bands * width];
    int at = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < row.length; x += bands) {
        pixels[at++] = (byte) levels[0][row[x]];
        pixels[at++] = (byte) levels[1][row[x + green]];
        pixels[at++] = (byte) levels[2][row[x + blue]];
      }
    }
    return new RgbPicture(width, height, ByteBuffer.wrap(pixels));
  }

  /** The level of every sample value: [red, green, blue][value]. */
  private static int[][] levels(ColorModel colours, Raster raster) {
    int[][] levels = new int[3][];
    if (colours instanceof IndexColorModel palette) {
      for (int channel = 0; channel < 3; channel++) {
        levels[channel] = new int[1 << raster.getSampleModel().getSampleSize(0)];
        for (int i = 0; i < palette.getMapSize(); i++) {
          levels[channel][i] = palette.getRGB(i) >> (16 - 8 * channel) & 0xff;
        }
      }
      return levels;
    }
    for (int channel = 0; channel < 3; channel++) {
      int band = raster.getNumBands() < 3 ? 0 : channel;
      levels[channel] = ramp(raster.getSampleModel().getSampleSize(band), raster.getNumBands());
    }
    return levels;
  }

  /** Pillow clips 16-bit grey to 255, but keeps the high byte of all other 16-bit samples. */
  private static int[] ramp(int bits, int bands) {
    int[] ramp = new int[1 << bits];
    for (int value = 0; value < ramp.length; value++) {
      ramp[value] =
          bits > 8
              ? (bands == 1 ? Math.min(value, 255) : value >> (bits - 8))
              : value * 255 / (ramp.length - 1);
    }
    return ramp;
  }
}
