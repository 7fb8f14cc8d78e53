package ai.dvt.client.call;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A picture as it goes to the server. The arrays are taken as they are and must not change. */
public sealed interface Picture {
  /** A JPEG, PNG, BMP or GIF file. */
  record Encoded(byte[] file) implements Picture {
    public Encoded {
      if (file.length == 0) {
        throw new IllegalArgumentException("picture: 0 bytes (expected: an image file)");
      }
    }

    @Override
    public String toString() {
      return "Encoded[" + file.length + " bytes]";
    }
  }

  /**
   * A raw picture of any size, resized by the server.
   *
   * @param rgb uint8 [height, width, 3]
   */
  record Pixels(int height, int width, byte[] rgb) implements Picture {
    public Pixels {
      checkSize(height, width, rgb.length);
    }

    @Override
    public String toString() {
      return "Pixels[" + height + "x" + width + "]";
    }
  }

  /**
   * A normalised picture of the model's input size.
   *
   * @param values float32 [3, height, width]
   */
  record Normalised(int height, int width, float[] values) implements Picture {
    public Normalised {
      checkSize(height, width, values.length);
    }

    @Override
    public String toString() {
      return "Normalised[" + height + "x" + width + "]";
    }
  }

  /** A JPEG, PNG, BMP or GIF file's bytes. */
  static Picture encoded(byte[] file) {
    return new Encoded(file);
  }

  /**
   * A JPEG, PNG, BMP or GIF file, read now.
   *
   * @throws IOException if it cannot be read
   */
  static Picture file(Path file) throws IOException {
    return new Encoded(Files.readAllBytes(file));
  }

  /**
   * A raw picture.
   *
   * @param rgb uint8 [height, width, 3]
   */
  static Picture pixels(int height, int width, byte[] rgb) {
    return new Pixels(height, width, rgb);
  }

  /**
   * A normalised picture of the model's input size.
   *
   * @param values float32 [3, height, width]
   */
  static Picture normalised(int height, int width, float[] values) {
    return new Normalised(height, width, values);
  }

  private static void checkSize(int height, int width, int elements) {
    if (height < 1 || width < 1 || 3L * height * width != elements) {
      throw new IllegalArgumentException(
          "picture: "
              + height
              + "x"
              + width
              + " with "
              + elements
              + " values (expected: sizes >= 1 and 3 * height * width values)");
    }
  }
}
