package ai.dvt.exporter.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Preprocessing.Resize;
import ai.dvt.cascade.Provenance;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.exporter.architecture.Architecture;
import ai.dvt.exporter.architecture.ArchitectureOptions;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.architecture.PruningOptions;
import ai.dvt.exporter.architecture.StageGraph;
import ai.dvt.exporter.architecture.StagePruning;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.geometry.TokenPruning.Method;
import ai.dvt.exporter.onnx.Graph;
import ai.dvt.exporter.onnx.WeightStorage;
import ai.dvt.exporter.verify.CascadeSessions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two golden cascades of three exits in narrower arithmetic and storage, against float32. */
class PrecisionTest {
  @TempDir Path root;

  private static void graphs(String architecture, Consumer<CascadeGraphs> use) throws IOException {
    graphs(architecture, PruningOptions.NONE, use);
  }

  private static void graphs(
      String architecture, PruningOptions pruning, Consumer<CascadeGraphs> use) throws IOException {
    Path file = GoldenFiles.folder().resolve(architecture + "-both.pth.tar");
    try (CheckpointFile checkpoint = CheckpointFile.open(file)) {
      use.accept(
          Architecture.named(architecture)
              .graphs(
                  checkpoint.stateDicts().select(false, Optional.empty()).weights(),
                  ArchitectureOptions.DEFAULT
                      .withHeads(architecture.equals("dvt-t2t") ? 2 : 3)
                      .withPruning(pruning)));
    }
  }

  private static List<Flavour> flavours(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> List.of(Flavour.CPU, Flavour.PORTABLE);
      case FLOAT16 -> List.of(Flavour.PORTABLE);
      case INT8 -> List.of(Flavour.CPU);
    };
  }

  private static BundleOptions options(
      List<Flavour> flavours, Precision precision, WeightStorage storage) {
    return new BundleOptions(
        "toy",
        flavours,
        precision,
        storage,
        new Preprocessing(
            224, 224, Resize.SHORTER_SIDE, 256, List.of(.5f, .5f, .5f), List.of(.5f, .5f, .5f)),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        new Provenance("toy.pth.tar", "0".repeat(64), "test", List.of()));
  }

  private CascadeManifest write(
      String architecture, String name, Precision precision, WeightStorage storage)
      throws IOException {
    return write(architecture, PruningOptions.NONE, name, precision, storage);
  }

  private CascadeManifest write(
      String architecture,
      PruningOptions pruning,
      String name,
      Precision precision,
      WeightStorage storage)
      throws IOException {
    CascadeManifest[] written = new CascadeManifest[1];
    graphs(
        architecture,
        pruning,
        graphs -> {
          try (VersionFolder folder = VersionFolder.begin(root.resolve(name), false)) {
            written[0] =
                new BundleWriter(CascadeSessions::logits)
                    .write(folder, graphs, options(flavours(precision), precision, storage));
            folder.commit();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return written[0];
  }

  /** Largest error of any exit, relative to the largest logit, on the golden pictures. */
  private double worst(CascadeManifest manifest, String name, List<NpyArray> expected)
      throws IOException {
    NpyArray input = NpyFile.read(GoldenFiles.folder().resolve("input.npy"));
    double worst = 0;
    for (VariantSpec variant : manifest.variants()) {
      List<NpyArray> got = CascadeSessions.logits(root.resolve(name), variant, input);
      for (int exit = 0; exit < got.size(); exit++) {
        LogitsAgreement agreement = LogitsAgreement.of(expected.get(exit), got.get(exit));
        float largest = 0;
        for (float logit : expected.get(exit).toFloats()) {
          largest = Math.max(largest, Math.abs(logit));
        }
        worst = Math.max(worst, agreement.largestError() / largest);
      }
    }
    return worst;
  }

  private static List<NpyArray> golden(String architecture) throws IOException {
    List<NpyArray> logits = new ArrayList<>();
    for (int exit = 1; exit <= 3; exit++) {
      logits.add(
          NpyFile.read(
              GoldenFiles.folder().resolve(architecture + "-both.exit" + exit + ".logits.npy")));
    }
    return logits;
  }

  @ParameterizedTest
  @CsvSource({
    "dvt-deit, INT8, FLOAT32, 0.03",
    "dvt-t2t, INT8, FLOAT32, 0.03",
    "dvt-deit, FLOAT16, FLOAT32, 0.005",
    "dvt-t2t, FLOAT16, FLOAT32, 0.005",
    "dvt-deit, FLOAT32, INT8, 0.03",
    "dvt-t2t, FLOAT32, INT8, 0.03"
  })
  void all_exits_agree_with_pytorch(
      String architecture, Precision precision, WeightStorage storage, double tolerance)
      throws IOException {
    CascadeManifest manifest = write(architecture, "1", precision, storage);
    assertThat(manifest.variants()).allMatch(variant -> variant.precision() == precision);
    assertThat(worst(manifest, "1", golden(architecture))).isBetween(1e-6, tolerance);
  }

  /** With random weights tokens are close rivals: one that rounding turns costs up to 0.15 here. */
  @ParameterizedTest
  @CsvSource({"dvt-deit, INT8, 0.3", "dvt-t2t, INT8, 0.3", "dvt-deit, FLOAT16, 0.01"})
  void stages_that_drop_tokens_agree_with_float32(
      String architecture, Precision precision, double tolerance) throws IOException {
    PruningOptions pruning =
        PruningOptions.NONE.withStages(
            IntStream.rangeClosed(1, 3)
                .mapToObj(stage -> StagePruning.of(stage, Method.EVIT, Optional.of(0.7)))
                .toList());
    CascadeManifest exact =
        write(architecture, pruning, "1", Precision.FLOAT32, WeightStorage.FLOAT32);
    CascadeManifest rounded = write(architecture, pruning, "2", precision, WeightStorage.FLOAT32);
    assertThat(rounded.variants().get(0).stages())
        .extracting(StageSpec::dropping)
        .containsOnly(Optional.of("evit"));
    NpyArray input = NpyFile.read(GoldenFiles.folder().resolve("input.npy"));
    List<NpyArray> expected =
        CascadeSessions.logits(root.resolve("1"), exact.variants().get(0), input);
    assertThat(worst(rounded, "2", expected)).isBetween(1e-6, tolerance);
  }

  @Test
  void an_image_of_an_int8_model_is_answered_alike_alone_and_in_a_batch() throws IOException {
    VariantSpec variant =
        write("dvt-deit", "1", Precision.INT8, WeightStorage.FLOAT32).variants().get(0);
    NpyArray all = NpyFile.read(GoldenFiles.folder().resolve("input.npy"));
    int pictures = all.shape().get(0);
    int each = all.elements() / pictures;
    try (CascadeSessions sessions = CascadeSessions.open(root.resolve("1"), variant)) {
      List<Map<String, NpyArray>> together = sessions.run(all);
      for (int picture = 0; picture < pictures; picture++) {
        float[] pixels = Arrays.copyOfRange(all.toFloats(), picture * each, (picture + 1) * each);
        NpyArray one = NpyArray.ofFloats(pixels, 1, 3, all.shape().get(2), all.shape().get(3));
        List<Map<String, NpyArray>> alone = sessions.run(one);
        for (int stage = 0; stage < alone.size(); stage++) {
          for (String output : alone.get(stage).keySet()) {
            float[] got = alone.get(stage).get(output).toFloats();
            float[] batched = together.get(stage).get(output).toFloats();
            assertThat(got)
                .describedAs("picture %d, stage %d, %s", picture, stage + 1, output)
                .isEqualTo(
                    Arrays.copyOfRange(batched, picture * got.length, (picture + 1) * got.length));
          }
        }
      }
    }
  }

  @Test
  void a_float16_cascade_hands_over_half_the_bytes() throws IOException {
    CascadeManifest manifest = write("dvt-deit", "1", Precision.FLOAT16, WeightStorage.FLOAT32);
    List<StageSpec> stages = manifest.variants().get(0).stages();
    assertThat(stages.get(2).handover()).hasSize(2);
    for (StageSpec stage : stages) {
      assertThat(stage.handover())
          .extracting(HandoverSpec::dataType)
          .allMatch(DataType.FLOAT16::equals);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dvt-deit", "dvt-t2t"})
  void the_self_test_of_a_rounded_model_asks_for_float32_answers(String architecture)
      throws IOException {
    double exact =
        write(architecture, "1", Precision.FLOAT32, WeightStorage.FLOAT32)
            .selfTest()
            .orElseThrow()
            .tolerance();
    CascadeManifest rounded = write(architecture, "2", Precision.INT8, WeightStorage.FLOAT32);
    assertThat(rounded.selfTest().orElseThrow().tolerance()).isBetween(1.01 * exact, 0.5);
    for (String file : List.of("input", "logits-1", "logits-2", "logits-3")) {
      assertThat(root.resolve("2/self-test/" + file + ".npy"))
          .hasSameBinaryContentAs(root.resolve("1/self-test/" + file + ".npy"));
    }
    try (var files = Files.list(root)) {
      assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder("1", "2");
    }
  }

  @Test
  void stored_as_int8_even_a_tiny_model_shrinks_to_little_more_than_half() throws IOException {
    write("dvt-deit", "1", Precision.FLOAT32, WeightStorage.FLOAT32);
    write("dvt-deit", "2", Precision.FLOAT32, WeightStorage.INT8);
    double share =
        (double) Files.size(root.resolve("2/weights.bin"))
            / Files.size(root.resolve("1/weights.bin"));
    assertThat(share).isBetween(0.2, 0.6);
  }

  @Test
  void only_the_layers_products_are_int8() throws IOException {
    graphs(
        "dvt-t2t",
        graphs -> {
          StageGraph stage = graphs.stages().get(0);
          Graph graph = stage.graph(Flavour.CPU, Precision.INT8);
          int layers = stage.geometry().depth();
          assertThat(graph.operators())
              .filteredOn("com.microsoft.MatMulIntegerToFloat"::equals)
              .hasSize(6 * layers);
          // Queries, keys and values share one, but for the last layer's query of one token.
          assertThat(graph.operators())
              .filteredOn("QuantizeLinear"::equals)
              .hasSizeBetween(4 * layers, 4 * layers + 1);
        });
  }

  @Test
  void a_precision_is_refused_in_a_flavour_that_it_is_not_for() {
    assertThatThrownBy(
            () -> options(List.of(Flavour.PORTABLE), Precision.INT8, WeightStorage.FLOAT32))
        .isInstanceOf(BundleException.class)
        .hasMessage("flavours: [PORTABLE] (expected: cpu alone with precision int8)");
  }
}
