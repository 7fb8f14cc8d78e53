package ai.dvt.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.npy.NpyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRepositoryTest {
  @TempDir private Path folder;
  private Path root;
  private Path outside;
  private HandMadeVersion toy;

  @BeforeEach
  void write() throws IOException {
    root = Files.createDirectory(folder.resolve("models"));
    outside = Files.createDirectory(folder.resolve("outside"));
    toy = HandMadeVersion.write(root, "toy", "1");
  }

  @Test
  void a_true_folder_is_loaded_with_labels_points_and_default_policy() throws Exception {
    ModelRepository repository = ModelRepository.scan(root);
    assertThat(repository.broken()).isEmpty();
    ModelVersion version = repository.latest("toy").orElseThrow();
    assertThat(version.version()).isEqualTo("1");
    assertThat(version.labels()).containsExactly("cat", "dog", "ship");
    assertThat(version.calibrations()).containsOnlyKeys("official");
    assertThat(version.thresholds("fast")).map(Thresholds::values).contains(List.of(0.5f));
    assertThat(version.thresholds("slow")).isEmpty();
    assertThat(version.defaultPolicy()).isEqualTo(ExitPolicy.parse("point=fast"));
    assertThat(version.file(version.manifest().labels().orElseThrow()))
        .hasContent("cat\ndog\nship");
  }

  @Test
  void the_cpu_runs_its_own_flavour_and_other_providers_the_portable_one() throws Exception {
    ModelVersion version = ModelRepository.scan(root).latest("toy").orElseThrow();
    assertThat(version.variantFor("cpu").name()).isEqualTo("cpu");
    assertThat(version.variantFor("cuda").name()).isEqualTo("portable");
  }

  @Test
  void a_provider_that_no_variant_runs_on_is_named() throws Exception {
    toy.replace(
        "manifest.json",
        "\"name\": \"portable\",",
        "\"name\": \"portable\", \"providers\": [\"cuda\"],");
    ModelVersion version = ModelRepository.scan(root).latest("toy").orElseThrow();
    assertThat(version.variantFor("cuda").name()).isEqualTo("portable");
    assertThatThrownBy(() -> version.variantFor("tensorrt"))
        .isInstanceOf(RepositoryException.class)
        .hasMessageContaining("provider of toy/1: tensorrt (expected: ");
  }

  @Test
  void the_latest_version_is_the_largest_number() throws Exception {
    HandMadeVersion.write(root, "toy", "9");
    HandMadeVersion.write(root, "toy", "10");
    ModelRepository repository = ModelRepository.scan(root);
    assertThat(repository.latest("toy")).map(ModelVersion::version).contains("10");
    assertThat(repository.find("toy", "9")).isPresent();
    assertThat(repository.find("toy", "2")).isEmpty();
    assertThat(repository.latest("other")).isEmpty();
    assertThat(repository.versions())
        .extracting(ModelVersion::version)
        .containsExactly("1", "9", "10");
  }

  @Test
  void folders_that_are_no_versions_are_nobodys_business() throws Exception {
    Files.createDirectories(root.resolve("training"));
    Files.createDirectories(root.resolve("toy/2.partial"));
    Files.createDirectories(root.resolve("toy/.3"));
    Files.writeString(root.resolve("NOTICE"), "text");
    ModelRepository repository = ModelRepository.scan(root);
    assertThat(repository.broken()).isEmpty();
    assertThat(repository.versions()).hasSize(1);
  }

  @Test
  void a_broken_model_does_not_stop_the_others() throws Exception {
    HandMadeVersion other = HandMadeVersion.write(root, "other", "3");
    Files.delete(other.folder().resolve("weights.bin"));
    ModelRepository repository = ModelRepository.scan(root);
    assertThat(repository.versions()).extracting(ModelVersion::name).containsExactly("toy");
    assertThat(repository.broken()).hasSize(1);
    assertThat(repository.broken().get(0).name()).isEqualTo("other");
    assertThat(repository.broken().get(0).version()).isEqualTo("3");
  }

  @Test
  void a_root_that_is_no_folder_is_refused() {
    assertThatThrownBy(() -> ModelRepository.scan(root.resolve("nowhere")))
        .isInstanceOf(RepositoryException.class)
        .hasMessageStartingWith("models: ")
        .hasMessageEndingWith("nowhere (expected: a readable folder of model folders)");
  }

  @Test
  void every_problem_of_a_folder_is_reported() throws Exception {
    Files.delete(toy.folder().resolve("weights.bin"));
    toy.text("labels.txt", "cat\ndog\nfish\n");
    toy.text("stage-1-7x7.cpu.onnx", "a longer graph 1 cpu");
    toy.calibration("other", "fast", 0.5f, 0.6f);
    assertThat(problems())
        .hasSize(6)
        .anyMatch(p -> p.equals("weights.bin: missing (expected: a file of the version folder)"))
        .anyMatch(p -> p.startsWith("labels.txt: sha256 ") && p.contains("by the manifest"))
        .anyMatch(p -> p.equals("stage-1-7x7.cpu.onnx: 20 bytes (expected: 11 by the manifest)"))
        .anyMatch(p -> p.contains("other.json: operating point \"fast\": thresholds: 2 values"))
        .anyMatch(p -> p.contains("a name that is not in calibrations/official.json too"))
        .anyMatch(
            p -> p.contains("default_point: {official=fast, other=fast} (expected: at most one"));
  }

  @Test
  void a_folder_without_a_manifest_is_broken() throws Exception {
    Files.delete(toy.folder().resolve("manifest.json"));
    broken("manifest.json: missing (expected: a file of the version folder)");
  }

  @Test
  void a_manifest_that_is_no_json_is_broken() {
    toy.text("manifest.json", "{\"model\": ");
    broken("manifest.json: json: ");
  }

  @Test
  void a_manifest_that_is_no_text_is_broken() {
    toy.bytes("manifest.json", new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    broken("manifest.json: bytes that are no UTF-8 (expected: UTF-8 text)");
  }

  @Test
  void a_manifest_of_another_schema_is_broken() {
    toy.replace("manifest.json", "\"schema_version\": 1", "\"schema_version\": 2");
    broken("manifest.json: schema_version: 2 (expected: 1)");
  }

  @Test
  void unknown_fields_of_a_manifest_are_ignored() throws Exception {
    toy.replace("manifest.json", "\"schema_version\": 1", "\"schema_version\": 1, \"new\": [1]");
    assertThat(ModelRepository.scan(root).broken()).isEmpty();
  }

  @Test
  void a_manifest_of_another_model_is_broken() {
    toy.manifest("toys");
    broken("manifest.json: model: \"toys\" (expected: \"toy\", as its folder)");
  }

  @Test
  void variants_of_different_lengths_are_broken() {
    HandMadeVersion one = HandMadeVersion.write(root, "toy", "1");
    String json = read("manifest.json");
    int second = json.lastIndexOf("\"name\": \"14x14\"");
    int start = json.lastIndexOf(", {", second);
    int end = json.indexOf("}]", json.indexOf("logits_output", second));
    one.text("manifest.json", json.substring(0, start) + json.substring(end + 1));
    broken("manifest.json: stages of variant cpu: 1 (expected: 2, as in variant portable)");
  }

  @Test
  void a_path_with_dots_is_broken() {
    toy.replace("manifest.json", "\"labels.txt\"", "\"../labels.txt\"");
    broken("path: \"../labels.txt\" (expected: relative");
  }

  @Test
  void an_absolute_path_is_broken() {
    toy.replace("manifest.json", "\"labels.txt\"", "\"/etc/passwd\"");
    broken("path: \"/etc/passwd\" (expected: relative");
  }

  @Test
  void a_link_out_of_the_folder_is_broken_even_if_the_content_is_right() throws IOException {
    Path weights = toy.folder().resolve("weights.bin");
    Path away = outside.resolve("weights.bin");
    Files.move(weights, away);
    Files.createSymbolicLink(weights, away);
    broken("(expected: a file inside the version folder, also by links)");
  }

  @Test
  void a_folder_behind_a_link_out_is_broken_too() throws IOException {
    Path tests = toy.folder().resolve("self-test");
    Path away = outside.resolve("self-test");
    Files.move(tests, away);
    Files.createSymbolicLink(tests, away);
    broken("self-test/input.npy: ");
  }

  @Test
  void a_link_inside_the_folder_is_fine() throws Exception {
    Path weights = toy.folder().resolve("weights.bin");
    Files.move(weights, toy.folder().resolve("weights-1.bin"));
    Files.createSymbolicLink(weights, Path.of("weights-1.bin"));
    assertThat(ModelRepository.scan(root).broken()).isEmpty();
  }

  @Test
  void a_version_folder_outside_the_repository_is_broken() throws IOException {
    Path away = outside.resolve("1");
    Files.move(toy.folder(), away);
    Files.createSymbolicLink(toy.folder(), away);
    broken("(expected: inside the repository, also by links)");
  }

  @Test
  void a_folder_in_a_files_place_is_broken() throws IOException {
    Files.delete(toy.folder().resolve("weights.bin"));
    Files.createDirectory(toy.folder().resolve("weights.bin"));
    broken("weights.bin: no regular file (expected: a regular file)");
  }

  @Test
  void weights_of_the_right_length_with_one_changed_byte_are_broken() {
    byte[] weights = new byte[4096];
    weights[4000] = 1;
    toy.bytes("weights.bin", weights);
    broken("weights.bin: sha256 ");
  }

  @Test
  void labels_of_another_number_than_classes_are_broken() {
    toy.text("labels.txt", "cat\ndog\n");
    toy.manifest("toy");
    broken("labels.txt: 2 labels (expected: 3, one line a class)");
  }

  @Test
  void a_blank_label_is_broken() {
    toy.text("labels.txt", "cat\n\nship\n");
    toy.manifest("toy");
    broken("labels.txt: line 2 is blank (expected: one label a line)");
  }

  @Test
  void a_calibration_that_is_no_json_is_broken() {
    toy.text("calibrations/mine.json", "points");
    broken("calibrations/mine.json: json: ");
  }

  @Test
  void a_threshold_out_of_range_is_broken() {
    toy.replace("calibrations/official.json", "0.5]\n    },", "1.5]\n    },");
    broken("calibrations/official.json: thresholds[0]: 1.5 (expected: a float32 in [0, 1]");
  }

  @Test
  void a_point_of_an_unknown_variant_is_broken() {
    toy.replace("calibrations/official.json", "\"variant\": \"cpu\"", "\"variant\": \"gpu\"");
    broken("operating point \"fast\": variant: \"gpu\" (expected: one of [portable, cpu])");
  }

  @Test
  void a_default_point_that_does_not_exist_is_broken() {
    toy.replace(
        "calibrations/official.json", "\"default_point\": \"fast\"", "\"default_point\": \"x\"");
    broken("calibrations/official.json: default_point: x (expected: ");
  }

  @Test
  void a_link_to_a_calibration_elsewhere_is_broken() throws IOException {
    Path file = toy.folder().resolve("calibrations/official.json");
    Path away = outside.resolve("official.json");
    Files.move(file, away);
    Files.createSymbolicLink(file, away);
    broken("calibrations/official.json: ");
  }

  @Test
  void self_test_pictures_of_another_size_are_broken() {
    toy.npy("self-test/input.npy", 4, 3, 8, 9);
    toy.manifest("toy");
    broken("self-test/input.npy: shape: [4, 3, 8, 9] (expected: ");
  }

  @Test
  void self_test_logits_of_another_number_are_broken() {
    toy.npy("self-test/exit-2.npy", 5, 3);
    toy.manifest("toy");
    broken("self-test/exit-2.npy: shape: [5, 3] (expected: [4, 3]");
  }

  @Test
  void a_self_test_that_is_no_npy_file_is_broken() {
    toy.text("self-test/exit-1.npy", "not an array of numbers");
    toy.manifest("toy");
    broken("self-test/exit-1.npy: exit-1.npy: magic: other bytes (expected: ");
  }

  @Test
  void a_self_test_of_float64_is_broken() throws IOException {
    Path file = toy.folder().resolve("self-test/exit-1.npy");
    Files.delete(file);
    NpyFile.write(
        file, new NpyArray(NpyType.FLOAT64, List.of(4, 3), ByteBuffer.allocate(4 * 3 * 8)));
    toy.manifest("toy");
    broken("self-test/exit-1.npy: type <f8 (expected: <f4)");
  }

  private String read(String path) {
    try {
      return Files.readString(toy.folder().resolve(path));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private List<String> problems() throws RepositoryException {
    ModelRepository repository = ModelRepository.scan(root);
    assertThat(repository.versions()).isEmpty();
    assertThat(repository.broken()).hasSize(1);
    return repository.broken().get(0).problems();
  }

  private void broken(String problem) {
    try {
      assertThat(problems())
          .anyMatch(p -> p.contains(problem))
          .allMatch(p -> p.contains("(expected: "));
    } catch (RepositoryException e) {
      throw new AssertionError(e);
    }
  }
}
