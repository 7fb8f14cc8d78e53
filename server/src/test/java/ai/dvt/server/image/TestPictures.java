package ai.dvt.server.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.imageio.ImageIO;

/** The files of {@code src/test/resources/pictures}; make_cases.py there made them with Pillow. */
final class TestPictures {
  private TestPictures() {}

  static byte[] bytes(String path) {
    try (InputStream in = TestPictures.class.getResourceAsStream("/pictures/" + path)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static List<String> lines(String path) {
    return new String(bytes(path), StandardCharsets.UTF_8).lines().toList();
  }

  /** A PNG file that Pillow wrote from RGB, read without the code under test. */
  static RgbPicture rgb(String path) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes(path)));
      ByteBuffer pixels = ByteBuffer.allocate(3 * image.getWidth() * image.getHeight());
      int[] pixel = new int[3];
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          image.getRaster().getPixel(x, y, pixel);
          pixels.put((byte) pixel[0]).put((byte) pixel[1]).put((byte) pixel[2]);
        }
      }
      return new RgbPicture(image.getWidth(), image.getHeight(), pixels.flip());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Values in [height, width, 3] order. */
  static int[] values(RgbPicture picture) {
    int[] values = new int[3 * picture.width() * picture.height()];
    for (int i = 0; i < values.length; i++) {
      values[i] = picture.pixels().get(i) & 0xff;
    }
    return values;
  }

  /** Largest and mean absolute difference. */
  static double[] difference(int[] a, int[] b) {
    int largest = 0;
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
      sum += Math.abs(a[i] - b[i]);
    }
    return new double[] {largest, (double) sum / a.length};
  }
}
