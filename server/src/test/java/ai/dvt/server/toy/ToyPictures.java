package ai.dvt.server.toy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** PNG files of 2x2 pixels that {@link ToyCascade} is sure of from a chosen exit on. */
public final class ToyPictures {
  private ToyPictures() {}

  /**
   * Writes class folders {@code 0} to {@code 3}; the n-th picture of a class is sure from exit 1 +
   * n mod 3 on and noise before.
   */
  public static void write(Path folder, int perClass, long seed) throws IOException {
    Random random = new Random(seed);
    for (int label = 0; label < ToyCascade.CLASSES; label++) {
      Path classFolder = Files.createDirectories(folder.resolve(String.valueOf(label)));
      for (int n = 0; n < perClass; n++) {
        Files.write(classFolder.resolve("%03d.png".formatted(n)), png(1 + n % 3, label, random));
      }
    }
  }

  private static byte[] png(int exit, int label, Random random) throws IOException {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    for (int pixel = 0; pixel < 4; pixel++) {
      int rgb = 0;
      for (int channel = 1; channel <= 3; channel++) {
        boolean sure = channel >= exit;
        int level = sure ? (pixel == label ? 250 : 5) : 110;
        rgb = rgb << 8 | level + random.nextInt(sure ? 5 : 40);
      }
      image.setRGB(pixel % 2, pixel / 2, rgb);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }
}
