package ai.dvt.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.exporter.architecture.Architecture;
import ai.dvt.exporter.architecture.ArchitectureOptions;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.architecture.PruningOptions;
import ai.dvt.exporter.architecture.StageGraph;
import ai.dvt.exporter.bundle.GoldenFiles;
import ai.dvt.exporter.bundle.StageFiles;
import ai.dvt.exporter.bundle.VersionFolder;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import ai.dvt.exporter.onnx.WeightStorage;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** DynamicViT over DeiT and LV-ViT, EViT and all forms of ATS against the authors' code. */
class PrunedVerificationTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Flavour.class)
  void kept_tokens_are_the_authors_and_logits_within_tolerance(Flavour flavour) throws IOException {
    List<ComparedTensor> rows =
        GoldenVerification.of(GoldenFiles.pruning(), List.of(flavour)).run(row -> {});
    assertThat(rows).allSatisfy(row -> assertThat(row.passed()).as(row.toString()).isTrue());
    // 5 runs of DynamicViT, 3 of EViT, 2 of ATS that drop, 1 that masks in two forms.
    assertThat(rows).filteredOn(row -> row.tensor().equals("logits")).hasSize(12);
    assertThat(rows).filteredOn(row -> row.tensor().equals("gflops")).hasSize(9);
    // 3 steps of 8 runs, 4 of ATS: twice for two images run alone.
    assertThat(rows).filteredOn(row -> row.tensor().contains("kept_abs_")).hasSize(24 + 20);
  }

  @ParameterizedTest
  @CsvSource({
    "evit-tiny, drop_loc, '[1, 2, 3]'",
    "evit-tiny, fuse_token, false",
    "evit-tiny, base_keep_rate, 0.6",
    "dynamicvit-tiny, base_rate, 0.6"
  })
  void a_run_with_another_choice_fails(String model, String key, String value) throws IOException {
    copy(
        model,
        json -> {
          JsonObject run = json.getAsJsonArray("runs").get(0).getAsJsonObject();
          run.add(key, JsonParser.parseString(value));
        });
    assertThat(verify()).anyMatch(row -> !row.passed() && row.tensor().startsWith("kept_abs_"));
  }

  @ParameterizedTest
  @CsvSource({
    "dynamiclvvit-tiny, model, skip_lam, 1.5",
    "dynamiclvvit-tiny, layer_norm_eps, blocks, 0.01",
    "evit-tiny, model, num_heads, 2"
  })
  void a_model_with_another_choice_fails(String model, String object, String key, double value)
      throws IOException {
    copy(model, json -> json.getAsJsonObject(object).addProperty(key, value));
    assertThat(verify()).anyMatch(row -> !row.passed() && row.tensor().equals("logits"));
  }

  @Test
  void a_model_of_an_unknown_family_is_told_by_name() throws IOException {
    copy("evit-tiny", json -> json.addProperty("family", "tome"));
    assertThat(verify())
        .singleElement()
        .satisfies(row -> assertThat(row.caseName()).isEqualTo("evit-tiny"))
        .satisfies(row -> assertThat(row.note()).contains("family: tome (expected: dyvit, "));
  }

  @Test
  void the_compact_form_gives_an_image_the_same_answer_alone_and_in_company() throws IOException {
    NpyArray input = NpyFile.read(GoldenFiles.pruning().resolve("ats-tiny.x.npy"));
    float[] both = logits(Form.COMPACT, input);
    float[] alone = logits(Form.COMPACT, first(input));
    assertThat(Comparison.maxAbsError(both, alone)).isLessThan(5e-6);
    // The authors' form does not: the fixture's batch changes the first image's logits.
    assertThat(Comparison.maxAbsError(logits(Form.DROP, input), logits(Form.DROP, first(input))))
        .isGreaterThan(1e-3);
  }

  private static NpyArray first(NpyArray input) {
    float[] values = input.toFloats();
    List<Integer> shape = input.shape();
    return NpyArray.ofFloats(
        Arrays.copyOf(values, values.length / shape.get(0)), 1, 3, shape.get(2), shape.get(3));
  }

  private float[] logits(Form form, NpyArray input) throws IOException {
    PruningOptions pruning =
        new PruningOptions(
            Optional.empty(),
            List.of(2, 3, 4, 5),
            Optional.empty(),
            Optional.of(form),
            List.of(),
            Optional.empty());
    ArchitectureOptions options =
        ArchitectureOptions.DEFAULT.withImageSize(32).withHeads(3).withPruning(pruning);
    try (CheckpointFile file = CheckpointFile.open(GoldenFiles.pruning().resolve("ats-tiny.pth"));
        VersionFolder target =
            VersionFolder.begin(folder.resolve(form + "-" + input.shape().get(0)), false)) {
      CascadeGraphs graphs =
          Architecture.named("ats")
              .graphs(file.stateDicts().select(false, Optional.of("model")).weights(), options);
      VariantSpec variant =
          StageFiles.write(target, graphs, List.of(Flavour.CPU), WeightStorage.FLOAT32).get(0);
      try (CascadeSessions sessions = CascadeSessions.open(target.path(), variant)) {
        Map<String, NpyArray> outputs = sessions.run(input).get(0);
        return outputs.get(StageGraph.LOGITS).toFloats();
      }
    }
  }

  private List<ComparedTensor> verify() throws IOException {
    return GoldenVerification.of(folder, List.of(Flavour.PORTABLE)).run(row -> {});
  }

  /** One model of the index, changed, with its first run only. */
  private void copy(String model, Consumer<JsonObject> change) throws IOException {
    Path from = GoldenFiles.pruning();
    JsonObject index =
        JsonParser.parseString(Files.readString(from.resolve("index.json"))).getAsJsonObject();
    for (JsonElement each : index.remove("models").getAsJsonArray()) {
      JsonObject json = each.getAsJsonObject();
      if (json.get("name").getAsString().equals(model)) {
        while (json.getAsJsonArray("runs").size() > 1) {
          json.getAsJsonArray("runs").remove(1);
        }
        change.accept(json);
        JsonArray models = new JsonArray();
        models.add(json);
        index.add("models", models);
      }
    }
    try (var files = Files.newDirectoryStream(from, model + "*")) {
      for (Path file : files) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Files.writeString(folder.resolve("index.json"), index.toString());
  }
}
