package ai.dvt.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.exporter.bundle.GoldenFiles;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GoldenVerificationTest {
  @TempDir Path folder;

  private static List<ComparedTensor> verify(Path folder, Flavour... flavours) throws IOException {
    return GoldenVerification.of(folder, List.of(flavours)).run(row -> {});
  }

  @ParameterizedTest
  @EnumSource(Flavour.class)
  void every_tensor_of_every_case_is_within_its_own_tolerance(Flavour flavour) throws IOException {
    List<ComparedTensor> rows = verify(GoldenFiles.folder(), flavour);
    assertThat(rows).allSatisfy(row -> assertThat(row.passed()).as(row.toString()).isTrue());
    JsonArray cases = index(GoldenFiles.folder()).getAsJsonArray("cases");
    for (JsonElement each : cases) {
      JsonObject golden = each.getAsJsonObject();
      for (String tensor : golden.getAsJsonObject("expected").keySet()) {
        assertThat(rows)
            .filteredOn(row -> row.caseName().equals(golden.get("name").getAsString()))
            .filteredOn(row -> row.tensor().equals(tensor))
            .hasSize(1);
      }
    }
    assertThat(rows).filteredOn(row -> row.tensor().equals("threshold")).hasSize(5);
    assertThat(rows).filteredOn(row -> row.tensor().equals("gflops")).hasSize(5);
  }

  private static JsonObject index(Path folder) throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve("index.json"))).getAsJsonObject();
  }

  /** A golden folder of two small cases; the second is never touched. */
  private JsonObject twoCases(String first) throws IOException {
    JsonObject index = index(GoldenFiles.folder());
    JsonArray kept = new JsonArray();
    for (String name : List.of(first, "container-safetensors")) {
      for (JsonElement each : index.getAsJsonArray("cases")) {
        if (each.getAsJsonObject().get("name").getAsString().equals(name)) {
          kept.add(each);
        }
      }
    }
    index.add("cases", kept);
    try (var files = Files.newDirectoryStream(GoldenFiles.folder())) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.startsWith(first + ".")
            || name.startsWith("container-safetensors.")
            || name.equals("input.npy")) {
          Files.copy(file, folder.resolve(name));
        }
      }
    }
    write(index);
    return index;
  }

  private void write(JsonObject index) throws IOException {
    Files.writeString(folder.resolve("index.json"), index.toString());
  }

  private static JsonObject first(JsonObject index) {
    return index.getAsJsonArray("cases").get(0).getAsJsonObject();
  }

  private List<ComparedTensor> failed() throws IOException {
    List<ComparedTensor> rows = verify(folder, Flavour.CPU);
    assertThat(rows)
        .as("the other case goes on")
        .anyMatch(row -> row.caseName().equals("container-safetensors") && row.passed());
    return rows.stream().filter(row -> !row.passed()).toList();
  }

  @Test
  void untouched_copies_pass() throws IOException {
    twoCases("deit");
    assertThat(failed()).isEmpty();
  }

  @Test
  void a_wrong_expected_value_fails() throws IOException {
    twoCases("deit");
    Path file = folder.resolve("deit.logits.npy");
    NpyArray logits = NpyFile.read(file);
    float[] values = logits.toFloats();
    values[7] += 2e-4f;
    Files.delete(file);
    NpyFile.write(file, NpyArray.ofFloats(values, 2, 10));
    assertThat(failed())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.tensor()).isEqualTo("logits");
              assertThat(row.maxAbsError().getAsDouble()).isBetween(1.9e-4, 2.1e-4);
            });
  }

  @Test
  void a_value_that_is_no_number_fails() throws IOException {
    twoCases("deit");
    Path file = folder.resolve("deit.logits.npy");
    float[] values = NpyFile.read(file).toFloats();
    values[0] = Float.NaN;
    Files.delete(file);
    NpyFile.write(file, NpyArray.ofFloats(values, 2, 10));
    assertThat(failed()).hasSize(1);
  }

  @Test
  void another_shape_fails() throws IOException {
    twoCases("deit");
    Path file = folder.resolve("deit.logits.npy");
    float[] values = NpyFile.read(file).toFloats();
    Files.delete(file);
    NpyFile.write(file, NpyArray.ofFloats(java.util.Arrays.copyOf(values, 10), 1, 10));
    assertThat(failed()).singleElement().matches(row -> row.note().contains("shape [2, 10]"));
  }

  @Test
  void a_missing_file_fails_whichever_it_is() throws IOException {
    for (String name : List.of("dvt-t2t-none.exit2.tokens.npy", "dvt-t2t-none.threshold.npy")) {
      try (var files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      twoCases("dvt-t2t-none");
      Files.delete(folder.resolve(name));
      assertThat(failed()).singleElement().matches(row -> row.note().contains(name));
    }
    Files.delete(folder.resolve("dvt-t2t-none.pth.tar"));
    assertThat(failed()).hasSizeGreaterThan(1).allMatch(row -> row.note().contains("pth.tar"));
  }

  @Test
  void a_tensor_that_nobody_compares_fails() throws IOException {
    JsonObject index = twoCases("deit");
    first(index).getAsJsonObject("expected").addProperty("attention7", "deit.logits.npy");
    first(index).getAsJsonObject("expected").addProperty("logits2", "deit.logits.npy");
    first(index).getAsJsonObject("expected").addProperty("logits_of_ema", "deit.logits.npy");
    write(index);
    assertThat(failed())
        .extracting(ComparedTensor::tensor)
        .containsExactlyInAnyOrder("attention7", "logits2", "logits_of_ema");
  }

  @Test
  void a_tensor_without_tolerance_fails() throws IOException {
    JsonObject index = twoCases("deit");
    first(index).getAsJsonObject("tolerance").remove("logits");
    write(index);
    assertThat(failed()).singleElement().matches(row -> row.note().contains("tolerance"));
  }

  @Test
  void hyper_parameters_that_do_not_fit_the_checkpoint_fail() throws IOException {
    for (String[] change :
        new String[][] {
          {"num_heads", "5"},
          {"embed_dim", "37"},
          {"depth", "3"},
          {"image", "225"},
          {"layer_norm_eps", "0.1"},
          {"family", "convnet"},
          {"num_classes", "x"},
        }) {
      try (var files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      JsonObject index = twoCases("deit");
      first(index).getAsJsonObject("arch").addProperty(change[0], change[1]);
      write(index);
      assertThat(failed()).as(change[0]).isNotEmpty();
    }
  }

  @Test
  void a_case_that_does_not_read_fails_and_the_next_goes_on() throws IOException {
    JsonObject index = twoCases("deit");
    first(index).remove("expected");
    write(index);
    assertThat(failed())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.caseName()).isEqualTo("deit");
              assertThat(row.note()).contains("no expected");
            });
  }

  @Test
  void a_path_out_of_the_folder_is_refused() throws IOException {
    JsonObject index = twoCases("deit");
    first(index)
        .getAsJsonObject("expected")
        .addProperty("logits", "../" + folder.getFileName() + "/../x.npy");
    write(index);
    assertThat(failed()).hasSize(1);
  }

  @Test
  void an_index_without_cases_fails() throws IOException {
    Files.writeString(folder.resolve("index.json"), "{\"cases\": []}");
    assertThat(verify(folder, Flavour.CPU)).singleElement().matches(row -> !row.passed());
    for (String content : List.of("{}", "[1]", "", "{\"cases\": 3}", "{not json")) {
      Files.writeString(folder.resolve("index.json"), content);
      assertThatThrownBy(() -> verify(folder, Flavour.CPU)).isInstanceOf(VerifyException.class);
    }
    Files.delete(folder.resolve("index.json"));
    assertThatThrownBy(() -> verify(folder, Flavour.CPU))
        .isInstanceOf(VerifyException.class)
        .hasMessageContaining("index.json");
  }

  @Test
  void sections_that_are_no_cases_are_named() throws IOException {
    assertThat(GoldenVerification.of(GoldenFiles.folder(), List.of(Flavour.CPU)).otherSections())
        .containsExactly("sweep", "preprocess");
  }
}
