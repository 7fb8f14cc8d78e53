package ai.dvt.client.load.energy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of {@code /sys}, which hold one value each. */
final class SysFile {
  private SysFile() {}

  static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  static long number(Path file) throws IOException {
    String text = text(file);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + ": " + text + " (expected: a number)", e);
    }
  }
}
