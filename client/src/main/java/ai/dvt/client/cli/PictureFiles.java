package ai.dvt.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The picture files that a command line names. */
final class PictureFiles {
  private static final List<String> ENDINGS = List.of("jpg", "jpeg", "png", "bmp", "gif");

  private PictureFiles() {}

  /**
   * Files as they are; folders as the pictures in them and below, sorted by path.
   *
   * @throws IOException if a path does not exist or a folder cannot be read
   * @throws IllegalArgumentException if a folder holds no picture
   */
  static List<Path> expand(List<Path> named) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : named) {
      if (!Files.exists(path)) {
        throw new NoSuchFileException(path.toString());
      }
      if (!Files.isDirectory(path)) {
        files.add(path);
        continue;
      }
      List<Path> inside;
      try (Stream<Path> walk = Files.walk(path)) {
        inside =
            walk.filter(p -> Files.isRegularFile(p) && ENDINGS.contains(ending(p)))
                .sorted()
                .toList();
      }
      if (inside.isEmpty()) {
        throw new IllegalArgumentException(
            path + ": no picture in it (expected: files ending in " + ENDINGS + ")");
      }
      files.addAll(inside);
    }
    return files;
  }

  /** The name of the folder that holds a picture: its true label where folders are classes. */
  static String folderName(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    return folder == null || folder.getFileName() == null ? "" : folder.getFileName().toString();
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
