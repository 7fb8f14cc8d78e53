package ai.dvt.server.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder that nobody else writes to. ONNX Runtime maps weights files: one that is truncated while
 * it is mapped ends the process, so graphs are loaded from here. {@link #close} removes the folder;
 * where the system lets mapped files be removed, sessions keep what they mapped.
 *
 * @param path exists until {@link #close}
 */
public record PrivateFolder(Path path) implements AutoCloseable {
  /**
   * Makes one.
   *
   * @param parent empty: the system's folder for temporary files
   */
  public static PrivateFolder create(Optional<Path> parent) throws IOException {
    return new PrivateFolder(
        parent.isPresent()
            ? Files.createTempDirectory(parent.get(), "dvt-model-")
            : Files.createTempDirectory("dvt-model-"));
  }

  /** Removes what can be removed now; the rest at the process's end. */
  @Override
  public void close() {
    List<Path> entries;
    try (Stream<Path> all = Files.walk(path)) {
      entries = all.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      return;
    }
    for (Path entry : entries) {
      try {
        Files.deleteIfExists(entry);
      } catch (IOException e) {
        entry.toFile().deleteOnExit();
      }
    }
  }
}
