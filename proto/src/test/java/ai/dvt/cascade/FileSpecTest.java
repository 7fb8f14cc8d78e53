package ai.dvt.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSpecTest {
  private static final String SHA256 = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @ValueSource(strings = {"weights.bin", "self-test/logits-1.npy", "a/..b/c..", "...", "a b"})
  void a_path_inside_the_folder_is_taken(String path) {
    assertThat(new FileSpec(path, SHA256, 0).path()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "..",
        "../weights.bin",
        "a/../b",
        "a/..",
        ".",
        "./a",
        "a//b",
        "a/",
        "a\\b",
        "\\\\host\\share",
        "C:/weights.bin",
        "c:weights.bin",
        "a\0.bin",
      })
  void a_path_that_could_leave_the_folder_is_refused(String path) {
    assertThatThrownBy(() -> new FileSpec(path, SHA256, 0))
        .isInstanceOf(ContractException.class)
        .hasMessageStartingWith("path: ");
  }

  @Test
  void hash_and_length_are_checked() {
    assertThatThrownBy(() -> new FileSpec("a", SHA256.toUpperCase(java.util.Locale.ROOT), 0))
        .hasMessageContaining("sha256 of a");
    assertThatThrownBy(() -> new FileSpec("a", "", 0)).hasMessageContaining("sha256 of a");
    assertThatThrownBy(() -> new FileSpec("a", SHA256, -1)).hasMessageContaining("bytes of a");
  }
}
