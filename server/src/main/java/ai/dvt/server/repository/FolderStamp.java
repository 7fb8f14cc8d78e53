package ai.dvt.server.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a version folder looked like, told by the names, lengths, times and identities of its files:
 * two equal stamps mean that nobody wrote there meanwhile.
 *
 * @param files one line a file, sorted
 */
public record FolderStamp(List<String> files) {
  private static final int DEPTH = 3;

  public FolderStamp {
    files = List.copyOf(files);
  }

  /** Looks at a folder; one that cannot be read has a stamp of its own. */
  public static FolderStamp of(Path folder) {
    try (Stream<Path> entries = Files.walk(folder, DEPTH)) {
      return new FolderStamp(
          entries.filter(entry -> !entry.equals(folder)).map(FolderStamp::line).sorted().toList());
    } catch (IOException | UncheckedIOException e) {
      return new FolderStamp(List.of("unreadable: " + e.getMessage()));
    }
  }

  private static String line(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return found.isDirectory()
          ? file + "/"
          : file + " " + found.size() + " " + found.lastModifiedTime() + " " + found.fileKey();
    } catch (IOException e) {
      return file + " unreadable";
    }
  }
}
