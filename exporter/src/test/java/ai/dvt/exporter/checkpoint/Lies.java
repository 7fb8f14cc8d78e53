package ai.dvt.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.exporter.weights.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads crafted bytes as a file would be read, every tensor included. */
final class Lies {
  private Lies() {}

  /** The file is refused with one error that starts with its path and holds the words. */
  static void refused(Path folder, byte[] bytes, String... words) {
    Path file = write(folder, bytes);
    assertThatThrownBy(() -> readAll(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining("(expected: ")
        .hasMessageContainingAll(words);
  }

  /** Values of all tensors by name. */
  static Map<String, float[]> readAll(Path file) {
    Map<String, float[]> values = new TreeMap<>();
    try (CheckpointFile checkpoint = CheckpointFile.open(file)) {
      for (Tensor tensor : checkpoint.stateDicts().select(false, Optional.empty()).tensors()) {
        values.put(tensor.name(), tensor.values());
      }
    }
    return values;
  }

  static Path write(Path folder, byte[] bytes) {
    try {
      return Files.write(folder.resolve("crafted.pth"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
