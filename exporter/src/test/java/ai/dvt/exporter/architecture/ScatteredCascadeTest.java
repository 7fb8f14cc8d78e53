package ai.dvt.exporter.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.bundle.GoldenFiles;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning.LayerTokens;
import ai.dvt.exporter.geometry.TokenPruning.Method;
import ai.dvt.exporter.weights.Weights;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Cascades of three exits whose first, middle and last stages drop tokens, against a plain PyTorch
 * forward pass in float64 (src/test/python/pruned_cascades.py made the cases).
 */
class ScatteredCascadeTest {
  private static final Path CASES = GoldenFiles.scatter();
  private static final Gson GSON = new Gson();

  /** Values are of order 3, some of 10; float32 noise of 7e-6 was seen. */
  private static final float TOLERANCE = 5e-5f;

  private static Stream<JsonObject> cases() throws IOException {
    try (Reader reader = Files.newBufferedReader(CASES.resolve("index.json"))) {
      return JsonParser.parseReader(reader).getAsJsonArray().asList().stream()
          .map(JsonElement::getAsJsonObject);
    }
  }

  private static JsonObject named(String name) throws IOException {
    return cases().filter(each -> each.get("name").getAsString().equals(name)).findFirst().get();
  }

  /** What is done with graphs while their checkpoint is open. */
  private interface Use {
    void of(CascadeGraphs graphs) throws Exception;
  }

  /** Graphs whose weights nobody reads. */
  private static CascadeGraphs graphs(JsonObject of, PruningOptions pruning) throws Exception {
    List<CascadeGraphs> built = new ArrayList<>();
    graphs(of, pruning, built::add);
    return built.get(0);
  }

  private static void graphs(JsonObject of, PruningOptions pruning, Use use) throws Exception {
    String model = of.get("model").getAsString();
    ArchitectureOptions options =
        ArchitectureOptions.DEFAULT
            .withImageSize(24)
            .withResizeThrough(List.of(GSON.fromJson(of.get("through"), Integer[].class)))
            .withReuse(
                new ReuseSpec(
                    Optional.of(GSON.fromJson(of.get("features"), ReuseSpec.Features.class)),
                    Optional.of(GSON.fromJson(of.get("relations"), ReuseSpec.Relations.class))))
            .withPruning(pruning);
    if (model.equals("layerwise")) {
      options = options.withHeads(2);
    }
    try (CheckpointFile file = CheckpointFile.open(CASES.resolve(model + ".pth"))) {
      Weights weights = file.stateDicts().select(false, Optional.empty()).weights();
      CascadeGraphs graphs = Architecture.named("dvt-deit").graphs(weights, options);
      assertThat(weights.unused()).isEmpty();
      use.of(graphs);
    }
  }

  private static PruningOptions pruning(boolean fuse, StagePruning... stages) {
    return new PruningOptions(
        Optional.empty(),
        List.of(1, 2, 3),
        Optional.of(fuse),
        Optional.empty(),
        List.of(stages),
        Optional.empty());
  }

  private static StagePruning evit(int stage, double rate) {
    return StagePruning.of(stage, Method.EVIT, Optional.of(rate));
  }

  private static PruningOptions pruning(JsonObject of) {
    List<StagePruning> stages = new ArrayList<>();
    double[] rates = GSON.fromJson(of.get("rates"), double[].class);
    for (int i = 0; i < rates.length; i++) {
      if (rates[i] < 1) {
        stages.add(evit(i + 1, rates[i]));
      }
    }
    return pruning(of.get("fuse").getAsBoolean(), stages.toArray(StagePruning[]::new));
  }

  @TestFactory
  Stream<DynamicTest> stages_that_drop_tokens_hand_on_whole_grids_and_reuse_them()
      throws Exception {
    return cases()
        .map(each -> DynamicTest.dynamicTest(each.get("name").getAsString(), () -> compare(each)));
  }

  private static void compare(JsonObject of) throws Exception {
    graphs(of, pruning(of), cascade -> compare(of, cascade));
  }

  private static void compare(JsonObject of, CascadeGraphs cascade) throws Exception {
    Npy image = Npy.read(CASES.resolve("input.npy"));
    for (Flavour flavour : Flavour.values()) {
      List<Map<String, Npy>> outputs = CascadeRun.of(cascade, flavour, image);
      for (int exit = 1; exit <= 3; exit++) {
        assertThat(outputs.get(exit - 1)).hasSize(exit < 3 ? 3 : 1);
        for (Map.Entry<String, Npy> output : outputs.get(exit - 1).entrySet()) {
          String name =
              of.get("name").getAsString() + ".exit" + exit + "." + output.getKey() + ".npy";
          Npy expected = Npy.read(CASES.resolve(name));
          assertThat(output.getValue().shape()).isEqualTo(expected.shape());
          for (int i = 0; i < expected.values().length; i++) {
            assertThat(output.getValue().values()[i])
                .as("%s, %s, element %d", flavour, name, i)
                .isCloseTo(expected.values()[i], within(TOLERANCE));
          }
        }
      }
    }
  }

  @Test
  void hand_overs_are_those_of_a_cascade_that_keeps_every_token() throws Exception {
    JsonObject of = named("all-fused");
    CascadeGraphs pruned = graphs(of, pruning(of));
    CascadeGraphs whole = graphs(of, PruningOptions.NONE);
    assertThat(pruned.stages().stream().map(StageGraph::handover))
        .containsExactlyElementsOf(whole.stages().stream().map(StageGraph::handover).toList());
    assertThat(pruned.architecture())
        .isEqualTo("dvt-deit, least attended tokens fused at layers 1,2,3 of stages 1,2,3");
    assertThat(graphs(named("middle"), pruning(named("middle"))).architecture())
        .isEqualTo("dvt-deit, least attended tokens dropped at layers 1,2,3 of stage 2");
    assertThat(whole.architecture()).isEqualTo("dvt-deit");
  }

  @Test
  void an_image_is_answered_alike_alone_and_in_a_batch() throws Exception {
    JsonObject of = named("all-fused");
    graphs(of, pruning(of), ScatteredCascadeTest::compareAlone);
  }

  private static void compareAlone(CascadeGraphs cascade) throws Exception {
    Npy images = Npy.read(CASES.resolve("input.npy"));
    List<Map<String, Npy>> together = CascadeRun.of(cascade, Flavour.CPU, images);
    int count = (int) images.shape()[0];
    int pixels = images.values().length / count;
    for (int image = 0; image < count; image++) {
      Npy one =
          new Npy(
              new long[] {1, 3, 24, 24},
              Arrays.copyOfRange(images.values(), image * pixels, (image + 1) * pixels));
      List<Map<String, Npy>> alone = CascadeRun.of(cascade, Flavour.CPU, one);
      for (int exit = 0; exit < alone.size(); exit++) {
        for (String output : alone.get(exit).keySet()) {
          float[] got = alone.get(exit).get(output).values();
          float[] batched = together.get(exit).get(output).values();
          for (int i = 0; i < got.length; i++) {
            assertThat(got[i])
                .as("image %d, exit %d, %s", image, exit + 1, output)
                .isCloseTo(batched[image * got.length + i], within(1e-5f));
          }
        }
      }
    }
  }

  @Test
  void tokens_are_put_back_without_operators_of_unknown_size() throws Exception {
    JsonObject of = named("all-fused");
    for (StageGraph stage : graphs(of, pruning(of)).stages()) {
      for (Flavour flavour : Flavour.values()) {
        assertThat(stage.graph(flavour).operators())
            .contains("TopK", "GatherND")
            .doesNotContain("NonZero", "Shape", "Unique", "Loop", "Expand");
      }
    }
  }

  @Test
  void what_dropped_tokens_save_is_their_layers_share_and_putting_back_costs_nothing()
      throws Exception {
    JsonObject of = named("first-two");
    CascadeGraphs whole = graphs(of, PruningOptions.NONE);
    CascadeGraphs pruned = graphs(of, pruning(of));
    double saved = 0;
    for (int i = 0; i < 3; i++) {
      StageGeometry stage = whole.stages().get(i).geometry();
      long all = stage.tokens();
      long width = stage.width();
      long widened = width + (i == 0 ? 0 : 6);
      List<LayerTokens> layers = pruned.stages().get(i).geometry().layerTokens();
      for (LayerTokens layer : layers) {
        long attending = layer.attending();
        long leaving = layer.leaving();
        saved += (all - attending) * (4 * width * width + 5 * width);
        saved += 2 * (all * all - attending * attending) * width;
        saved += (all - leaving) * (stage.hidden() * (width + widened) + 5 * widened);
      }
      saved += (all - layers.get(layers.size() - 1).leaving()) * 5 * width;
      double difference = whole.stages().get(i).gflops() - pruned.stages().get(i).gflops();
      assertThat(difference * 1e9).isCloseTo(saved, within(0.5));
      assertThat(saved).isPositive();
    }
    // 9 patches: 5 and the fused one, of 6 again 5 and one, then nothing is dropped.
    assertThat(pruned.stages().get(0).geometry().layerTokens())
        .extracting(LayerTokens::leaving)
        .containsExactly(10, 7, 5, 4);
    assertThat(pruned.stages().get(2).geometry().pruning()).isEmpty();
  }

  @Test
  void stages_that_cannot_be_pruned_are_named() throws Exception {
    JsonObject of = named("all");
    assertThatThrownBy(() -> graphs(of, pruning(true, evit(1, 0.99), evit(2, 0.5))))
        .hasMessageStartingWith("keep-rate of stage 1: 0.99 keeps all 9 tokens (expected: a rate");
    assertThatThrownBy(() -> graphs(of, pruning(true, evit(2, 0.05))))
        .hasMessageStartingWith("keep-rate of stage 2: 0.05 (expected: at least one of 16 tokens");
    assertThatThrownBy(() -> graphs(of, pruning(true, evit(4, 0.5))))
        .hasMessage("prune: stage 4 (expected: 1 to 3, the stages of dvt-deit)");
    assertThatThrownBy(() -> evit(0, 0.5)).hasMessage("prune: stage 0 (expected: stages from 1)");
    assertThatThrownBy(() -> evit(1, 0))
        .hasMessage("keep-rate: 0.0 (expected: above 0, at most 1)");
    assertThatThrownBy(() -> graphs(of, pruning(true, evit(2, 0.5), evit(2, 0.6))))
        .hasMessage("prune: stage 2 again (expected: each stage once)");
    StagePruning last = StagePruning.last(Method.EVIT, Optional.of(0.5));
    assertThatThrownBy(() -> graphs(of, pruning(true, evit(3, 0.5), last)))
        .hasMessage("prune-last: stage 3 again (expected: each stage once)");
    assertThatThrownBy(
            () -> graphs(of, pruning(true, StagePruning.of(1, Method.EVIT, Optional.empty()))))
        .hasMessageStartingWith("keep-rate of stage 1: not given");
    assertThatThrownBy(
            () -> graphs(of, pruning(true, StagePruning.of(1, Method.ATS, Optional.of(0.5)))))
        .hasMessageStartingWith("prune: ats (expected: evit: DynamicViT needs");
  }
}
