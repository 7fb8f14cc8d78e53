package ai.dvt.exporter.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.architecture.ArchitectureOptions.ExtraOutput;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.checkpoint.StateDict;
import ai.dvt.exporter.weights.Weights;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every golden case: what the authors' code computes is what the exported graphs compute. */
class ParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/dvt");

  @TestFactory
  Stream<DynamicTest> every_output_equals_the_authors_within_the_tolerance_of_its_case()
      throws Exception {
    JsonObject index;
    try (Reader reader = Files.newBufferedReader(GOLDEN.resolve("index.json"))) {
      index = JsonParser.parseReader(reader).getAsJsonObject();
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonElement each : index.getAsJsonArray("cases")) {
      JsonObject golden = each.getAsJsonObject();
      for (Flavour flavour : Flavour.values()) {
        String name = golden.get("name").getAsString() + ", " + flavour;
        tests.add(DynamicTest.dynamicTest(name, () -> compare(golden, flavour)));
      }
    }
    return tests.stream();
  }

  private static void compare(JsonObject golden, Flavour flavour) throws Exception {
    JsonObject arch = golden.getAsJsonObject("arch");
    JsonObject checkpoint = golden.getAsJsonObject("checkpoint");
    boolean cascade = golden.get("kind").getAsString().equals("dvt");
    Architecture architecture =
        Architecture.named((cascade ? "dvt-" : "") + arch.get("family").getAsString());
    ArchitectureOptions options =
        ArchitectureOptions.DEFAULT
            .withImageSize(arch.get("image").getAsInt())
            .withHeads(arch.get("num_heads").getAsInt())
            .withEpsilon(arch.get("layer_norm_eps").getAsDouble());
    Set<ExtraOutput> extra = EnumSet.noneOf(ExtraOutput.class);
    String wrapper = checkpoint.get("state_dict").getAsString();
    JsonObject expected = golden.getAsJsonObject("expected");
    for (String tensor : expected.keySet()) {
      if (tensor.startsWith("tokens")) {
        extra.add(ExtraOutput.TOKENS);
      } else if (tensor.startsWith("relations")) {
        extra.add(ExtraOutput.RELATIONS);
      }
    }
    Npy image = Npy.read(GOLDEN.resolve(golden.get("input").getAsString()));
    try (CheckpointFile file =
        CheckpointFile.open(GOLDEN.resolve(checkpoint.get("file").getAsString()))) {
      for (boolean withExtra : new boolean[] {true, false}) {
        StateDict dict = file.stateDicts().select(false, Optional.of(wrapper));
        Weights weights = dict.weights();
        CascadeGraphs graphs =
            architecture.graphs(weights, withExtra ? options.withExtraOutputs(extra) : options);
        assertThat(weights.unused()).isEmpty();
        List<Map<String, Npy>> outputs = CascadeRun.of(graphs, flavour, image);
        for (String tensor : expected.keySet()) {
          compare(golden, tensor, outputs, withExtra);
        }
        costs(golden, graphs);
      }
    }
  }

  private static void compare(
      JsonObject golden, String tensor, List<Map<String, Npy>> outputs, boolean required)
      throws Exception {
    if (tensor.equals("logits_of_state_dict")) {
      return;
    }
    String kind = tensor.replaceAll("\\d", "");
    int stage = tensor.equals(kind) ? 1 : Integer.parseInt(tensor.substring(kind.length()));
    Npy got = outputs.get(stage - 1).get(kind);
    if (got == null && !required) {
      return;
    }
    Npy wanted =
        Npy.read(GOLDEN.resolve(golden.getAsJsonObject("expected").get(tensor).getAsString()));
    JsonObject tolerances = golden.getAsJsonObject("tolerance");
    JsonElement special = tolerances.get(kind + "_exit" + stage);
    double tolerance = (special == null ? tolerances.get(kind) : special).getAsDouble();
    double worst = 0;
    for (int i = 0; i < wanted.values().length; i++) {
      double error = Math.abs(wanted.values()[i] - got.values()[i]);
      worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
    }
    assertThat(worst).as("%s: max abs error", tensor).isLessThanOrEqualTo(tolerance);
    if (!kind.equals("relations")) {
      assertThat(got.shape()).containsExactly(wanted.shape());
    }
  }

  private static void costs(JsonObject golden, CascadeGraphs graphs) {
    if (golden.has("gflops_cumulative_fvcore")) {
      for (int i = 0; i < graphs.stages().size(); i++) {
        double wanted = golden.getAsJsonArray("gflops_cumulative_fvcore").get(i).getAsDouble();
        assertThat(Math.round(graphs.stages().get(i).gflops() * 1e9))
            .isEqualTo(Math.round(wanted * 1e9));
      }
    }
  }
}
