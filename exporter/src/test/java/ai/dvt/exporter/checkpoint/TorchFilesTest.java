package ai.dvt.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.exporter.weights.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch 1.13 and safetensors wrote. */
class TorchFilesTest {

  static Stream<String> files() throws IOException {
    return expected().map(line -> line.substring(0, line.indexOf('|'))).distinct();
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_tensor_equals_pytorchs_bit_for_bit(String name) throws IOException {
    List<String> read = new ArrayList<>();
    try (CheckpointFile file = CheckpointFile.open(resource(name))) {
      for (String wrapper : new TreeSet<>(file.stateDicts().wrappers())) {
        StateDict dict = file.stateDicts().select(false, Optional.of(wrapper));
        for (Tensor tensor : dict.tensors()) {
          String shape = tensor.shape().toString().replace(" ", "");
          read.add(
              String.join(
                  "|",
                  name,
                  wrapper,
                  tensor.name(),
                  shape,
                  tensor.sourceType().name(),
                  Long.toString(crc(tensor.values()))));
        }
      }
    }
    assertThat(read)
        .containsExactlyInAnyOrderElementsOf(
            expected().filter(line -> line.startsWith(name + "|")).toList());
  }

  @Test
  void containers_are_told_by_content() {
    assertThat(container("container-legacy.pth")).isEqualTo("torch-legacy");
    assertThat(container("container-views.pth")).isEqualTo("torch-zip");
    assertThat(container("container-bfloat16.safetensors")).isEqualTo("safetensors");
  }

  @Test
  void the_trained_weights_come_first_and_ema_on_demand() {
    try (CheckpointFile file = CheckpointFile.open(resource("container-timm-ema.pth.tar"))) {
      StateDicts dicts = file.stateDicts();
      assertThat(dicts.wrappers()).containsExactlyInAnyOrder("state_dict", "state_dict_ema");
      assertThat(dicts.select(false, Optional.empty()).wrapper()).isEqualTo("state_dict");
      assertThat(dicts.select(true, Optional.empty()).wrapper()).isEqualTo("state_dict_ema");
      assertThatThrownBy(() -> dicts.select(false, Optional.of("model")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll("key model: absent", "state_dict_ema", "expected");
    }
  }

  @Test
  void an_average_that_is_alone_needs_no_asking() {
    try (CheckpointFile file = CheckpointFile.open(resource("t2t.pth.tar"))) {
      assertThat(file.stateDicts().select(false, Optional.empty()).wrapper())
          .isEqualTo("state_dict_ema");
    }
  }

  @Test
  void a_missing_average_is_an_error() {
    try (CheckpointFile file = CheckpointFile.open(resource("container-views.pth"))) {
      assertThatThrownBy(() -> file.stateDicts().select(true, Optional.empty()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll("--ema", "model_state_dict");
    }
  }

  @Test
  void a_release_carries_its_operating_points() {
    try (CheckpointFile file = CheckpointFile.open(resource("dvt-deit-both.pth.tar"))) {
      Extras extras = file.extras();
      assertThat(extras.keys())
          .containsExactly(
              "flops",
              "anytime_classification",
              "dynamic_threshold",
              "budgeted_batch_classification");
      assertThat(extras.numbers("flops").orElseThrow()).hasSize(3);
      assertThat(extras.numbers("anytime_classification").orElseThrow())
          .containsExactly(51.5, 69.0, 81.0);
      assertThat(extras.tensor("dynamic_threshold").orElseThrow().shape()).containsExactly(59, 3);
      assertThat(extras.rows("dynamic_threshold").orElseThrow())
          .hasSize(59)
          .allSatisfy(row -> assertThat(row).hasSize(3));
      assertThat(extras.rows("budgeted_batch_classification").orElseThrow())
          .hasSize(2)
          .allSatisfy(row -> assertThat(row).hasSize(59));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"baggage.pth", "baggage-protocol4.pth", "baggage-legacy.pth"})
  void baggage_of_training_runs_becomes_plain_values(String name) {
    try (CheckpointFile file = CheckpointFile.open(resource(name))) {
      Extras extras = file.extras();
      assertThat(extras.texts("args"))
          .contains(
              Map.entry("lr", "0.1"),
              Map.entry("big", "1180591620717411303424"),
              Map.entry("neg", "-5"),
              Map.entry("l", "[1, 2]"),
              Map.entry("f", "none"));
      assertThat(extras.numbers("best")).contains(List.of(71.5));
      assertThat(extras.numbers("n")).contains(List.of(5.0));
      assertThat(extras.rows("arr"))
          .contains(List.of(List.of(0.0, 1.0, 2.0), List.of(3.0, 4.0, 5.0)));
      assertThat(extras.rows("rows")).contains(List.of(List.of(1.0, 2.0), List.of(3.0, 4.5)));
      assertThat(extras.numbers("tensors")).contains(List.of(1.0, 2.0));
      assertThat(extras.rows("tt")).contains(List.of(List.of(1.0, 1.0), List.of(1.0, 1.0)));
      assertThat(extras.numbers("nothing")).isEmpty();
      assertThat(extras.rows("args")).isEmpty();
    }
  }

  @Test
  void a_whole_pickled_model_is_refused_by_the_name_of_its_class() {
    assertThatThrownBy(() -> CheckpointFile.open(resource("whole-model.pth")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("whole-model.pth", "torch.nn.modules.linear.Linear", "allow-list");
  }

  @Test
  void a_leading_module_is_stripped() {
    try (CheckpointFile file = CheckpointFile.open(resource("container-module-prefix.pth.tar"))) {
      assertThat(file.stateDicts().select(false, Optional.empty()).tensors())
          .extracting(Tensor::name)
          .contains("cls_token")
          .noneMatch(name -> name.startsWith("module."));
    }
  }

  @Test
  void the_digest_is_that_of_the_file() throws Exception {
    Path path = resource("container-views.pth");
    byte[] digest =
        java.security.MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path));
    try (CheckpointFile file = CheckpointFile.open(path)) {
      assertThat(file.sha256()).isEqualTo(java.util.HexFormat.of().formatHex(digest));
    }
  }

  @Test
  void a_tensor_cannot_be_read_after_the_file_is_closed() {
    Tensor tensor;
    try (CheckpointFile file = CheckpointFile.open(resource("container-views.pth"))) {
      tensor = file.stateDicts().select(false, Optional.empty()).tensors().get(0);
    }
    assertThatThrownBy(tensor::values)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("after the file was closed");
  }

  @Test
  void a_path_that_is_no_file_is_an_error() {
    Path folder = resource("t2t.pth.tar").getParent();
    assertThatThrownBy(() -> CheckpointFile.open(folder)).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> CheckpointFile.open(folder.resolve("none.pth")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no such file");
  }

  private static Stream<String> expected() throws IOException {
    return Files.readAllLines(resource("tensors.txt"), StandardCharsets.UTF_8).stream()
        .filter(line -> !line.startsWith("#"));
  }

  private static String container(String name) {
    try (CheckpointFile file = CheckpointFile.open(resource(name))) {
      return file.container().toString();
    }
  }

  private static Path resource(String name) {
    var own = TorchFilesTest.class.getResource("/checkpoint/" + name);
    var golden = TorchFilesTest.class.getResource("/golden/dvt/" + name);
    try {
      return Path.of((own == null ? golden : own).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static long crc(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }
}
