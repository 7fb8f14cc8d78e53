package ai.dvt.exporter.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionFolderTest {
  @TempDir Path root;

  private List<String> everything() throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(p -> !p.equals(root))
          .map(p -> root.relativize(p).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void a_committed_folder_holds_its_files_and_nothing_else_is_left() throws IOException {
    try (VersionFolder folder = VersionFolder.begin(root.resolve("model/1"), false)) {
      var spec = folder.write("sub/a.txt", "abc");
      assertThat(spec.sha256())
          .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      assertThat(spec).isEqualTo(folder.describe("sub/a.txt"));
      assertThat(root.resolve("model/1")).doesNotExist();
      folder.commit();
    }
    assertThat(everything())
        .containsExactly("model", "model/1", "model/1/sub", "model/1/sub/a.txt");
  }

  @Test
  void a_folder_that_was_not_committed_leaves_no_trace() throws IOException {
    try (VersionFolder folder = VersionFolder.begin(root.resolve("models/toy/1"), false)) {
      folder.write("sub/a.txt", "abc");
    }
    assertThat(everything()).isEmpty();
  }

  @Test
  void a_folder_with_content_is_refused() throws IOException {
    Files.createDirectory(root.resolve("1"));
    VersionFolder.begin(root.resolve("1"), false).close();
    Files.writeString(root.resolve("1/mine.txt"), "mine");
    assertThatThrownBy(() -> VersionFolder.begin(root.resolve("1"), false))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("not empty")
        .hasMessageContaining("--force");
    assertThatThrownBy(() -> VersionFolder.begin(root.resolve("1"), true))
        .as("no exported version, so not ours to delete")
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("manifest.json");
    assertThatThrownBy(() -> VersionFolder.begin(root.resolve("1/mine.txt"), true))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("is a file");
    assertThat(everything()).containsExactly("1", "1/mine.txt");
  }

  @Test
  void an_empty_folder_is_filled() throws IOException {
    Files.createDirectory(root.resolve("1"));
    try (VersionFolder folder = VersionFolder.begin(root.resolve("1"), false)) {
      folder.write("a", "a");
      folder.commit();
    }
    assertThat(everything()).containsExactly("1", "1/a");
  }

  @Test
  void force_replaces_a_version_only_when_the_new_one_is_whole() throws IOException {
    Files.createDirectory(root.resolve("1"));
    Files.writeString(root.resolve("1/manifest.json"), "old");
    Files.writeString(root.resolve("1/old.bin"), "old");
    try (VersionFolder folder = VersionFolder.begin(root.resolve("1"), true)) {
      folder.write("manifest.json", "half");
    }
    assertThat(everything()).containsExactly("1", "1/manifest.json", "1/old.bin");
    assertThat(root.resolve("1/manifest.json")).hasContent("old");
    try (VersionFolder folder = VersionFolder.begin(root.resolve("1"), true)) {
      folder.write("manifest.json", "new");
      folder.commit();
    }
    assertThat(everything()).containsExactly("1", "1/manifest.json");
    assertThat(root.resolve("1/manifest.json")).hasContent("new");
  }

  @Test
  void a_version_that_appears_meanwhile_is_not_overwritten() throws IOException {
    try (VersionFolder folder = VersionFolder.begin(root.resolve("1"), false)) {
      folder.write("a", "mine");
      Files.createDirectory(root.resolve("1"));
      Files.writeString(root.resolve("1/a"), "theirs");
      assertThatThrownBy(folder::commit).isInstanceOf(BundleException.class);
    }
    assertThat(everything()).containsExactly("1", "1/a");
    assertThat(root.resolve("1/a")).hasContent("theirs");
  }
}
