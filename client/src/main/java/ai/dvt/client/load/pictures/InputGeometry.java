package ai.dvt.client.load.pictures;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.client.call.Picture;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Pixels and tensors of a model's input size. Resizing is Java's, near to the server's but not
 * equal: where accuracy counts, send files.
 */
final class InputGeometry {
  private static final int JPEG_WIDTH = 500;
  private static final int JPEG_HEIGHT = 375;
  private static final int PATCH = 25;

  private final Preprocessing input;

  InputGeometry(Preprocessing input) {
    this.input = input;
  }

  /** Reads a picture file. */
  BufferedImage decoded(byte[] file) throws IOException {
    BufferedImage image;
    try {
      image = ImageIO.read(new ByteArrayInputStream(file));
    } catch (RuntimeException e) {
      throw new IOException("picture: " + e + " (expected: a file that Java decodes)", e);
    }
    if (image == null) {
      throw new IOException("picture: not readable (expected: a file that Java decodes)");
    }
    return image;
  }

  /** A picture as pixels that the server need not resize, or as the model's input. */
  Picture sent(BufferedImage image, PictureForm form) throws IOException {
    int width = input.width();
    int height = input.height();
    if (input.resize() == Preprocessing.Resize.SHORTER_SIDE) {
      int shorter = Math.min(image.getWidth(), image.getHeight());
      width = (int) ((long) input.resizeSide() * image.getWidth() / shorter);
      height = (int) ((long) input.resizeSide() * image.getHeight() / shorter);
    }
    BufferedImage scaled = scaled(image, width, height);
    return switch (form) {
      case JPEG -> Picture.encoded(jpeg(image));
      case UINT8 -> Picture.pixels(height, width, rgb(scaled));
      case FLOAT32 ->
          normalised(
              scaled.getSubimage(
                  (width - input.width()) / 2,
                  (height - input.height()) / 2,
                  input.width(),
                  input.height()));
    };
  }

  /** Patches of random colours with noise: compresses about like a photograph. */
  Picture made(Random random, PictureForm form) throws IOException {
    boolean fixed = form != PictureForm.JPEG || input.resize() == Preprocessing.Resize.NONE;
    int side = input.resize() == Preprocessing.Resize.SHORTER_SIDE ? input.resizeSide() : 0;
    int width = fixed ? Math.max(side, input.width()) : JPEG_WIDTH;
    int height = fixed ? Math.max(side, input.height()) : JPEG_HEIGHT;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int columns = width / PATCH + 1;
    int[] colours = random.ints((long) columns * (height / PATCH + 1), 0, 1 << 24).toArray();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int noise = random.nextInt(16) * 0x010101;
        image.setRGB(x, y, colours[y / PATCH * columns + x / PATCH] & 0xf0f0f0 | noise);
      }
    }
    return sent(image, form);
  }

  /** Smaller by averaging areas, larger by bicubic interpolation. */
  private static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = result.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    boolean smaller = width < image.getWidth() || height < image.getHeight();
    Image source =
        smaller ? image.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING) : image;
    graphics.drawImage(source, 0, 0, width, height, null);
    graphics.dispose();
    return result;
  }

  private static byte[] rgb(BufferedImage image) {
    int[] packed =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    byte[] rgb = new byte[3 * packed.length];
    for (int i = 0; i < packed.length; i++) {
      rgb[3 * i] = (byte) (packed[i] >> 16);
      rgb[3 * i + 1] = (byte) (packed[i] >> 8);
      rgb[3 * i + 2] = (byte) packed[i];
    }
    return rgb;
  }

  private Picture normalised(BufferedImage image) {
    byte[] rgb = rgb(image);
    int plane = rgb.length / 3;
    float[] values = new float[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      int channel = i % 3;
      values[channel * plane + i / 3] =
          ((rgb[i] & 0xff) / 255f - input.mean().get(channel)) / input.std().get(channel);
    }
    return Picture.normalised(input.height(), input.width(), values);
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "jpg", file)) {
      throw new IOException("picture: no JPEG writer (expected: a JDK with java.desktop)");
    }
    return file.toByteArray();
  }
}
