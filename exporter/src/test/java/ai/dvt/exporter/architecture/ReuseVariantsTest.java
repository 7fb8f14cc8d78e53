package ai.dvt.exporter.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.weights.Weights;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The variants of the paper's Tables 7 and 8 against a plain PyTorch forward pass in float64
 * (src/test/python/reuse_variants.py made the cases).
 */
class ReuseVariantsTest {
  private static final Path CASES = Path.of("src/test/resources/golden/variants");

  /** Logits are of order 3; float32 noise seen is 4e-6. */
  private static final float TOLERANCE = 5e-5f;

  @TestFactory
  Stream<DynamicTest> a_variant_is_a_value_and_computes_what_the_paper_says() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    try (Reader reader = Files.newBufferedReader(CASES.resolve("index.json"))) {
      for (JsonElement each : JsonParser.parseReader(reader).getAsJsonArray()) {
        JsonObject variant = each.getAsJsonObject();
        String name = variant.get("name").getAsString();
        tests.add(DynamicTest.dynamicTest(name, () -> compare(name, variant)));
      }
    }
    return tests.stream();
  }

  private static void compare(String name, JsonObject variant) throws Exception {
    Npy image = Npy.read(CASES.resolve("input.npy"));
    Npy expected = Npy.read(CASES.resolve(name + ".logits.npy"));
    int exits = (int) expected.shape()[0];
    ArchitectureOptions options = ArchitectureOptions.DEFAULT.withImageSize(32);
    Gson gson = new Gson();
    if (exits > 1) {
      options =
          options
              .withResizeThrough(List.of(gson.fromJson(variant.get("through"), Integer[].class)))
              .withReuse(
                  new ReuseSpec(
                      Optional.ofNullable(
                          gson.fromJson(variant.get("features"), ReuseSpec.Features.class)),
                      Optional.ofNullable(
                          gson.fromJson(variant.get("relations"), ReuseSpec.Relations.class))));
    }
    if (variant.get("relations").isJsonNull() || exits == 1) {
      options = options.withHeads(variant.getAsJsonArray("heads").get(0).getAsInt());
    }
    try (CheckpointFile file = CheckpointFile.open(CASES.resolve(name + ".pth"))) {
      Weights weights = file.stateDicts().select(false, Optional.empty()).weights();
      CascadeGraphs cascade = Architecture.named("dvt-deit").graphs(weights, options);
      assertThat(weights.unused()).isEmpty();
      for (Flavour flavour : Flavour.values()) {
        List<Map<String, Npy>> outputs = CascadeRun.of(cascade, flavour, image);
        for (int exit = 0; exit < exits; exit++) {
          float[] logits = outputs.get(exit).get("logits").values();
          for (int i = 0; i < logits.length; i++) {
            assertThat(logits[i])
                .as("%s, exit %d, logit %d", flavour, exit + 1, i)
                .isCloseTo(expected.values()[exit * logits.length + i], within(TOLERANCE));
          }
        }
      }
    }
  }
}
