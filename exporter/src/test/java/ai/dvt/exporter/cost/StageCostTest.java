package ai.dvt.exporter.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.exporter.geometry.FeatureReuseGeometry;
import ai.dvt.exporter.geometry.Front;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.RelationReuseGeometry;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.ReuseSpec.ClassToken;
import ai.dvt.exporter.geometry.ReuseSpec.FeatureSource;
import ai.dvt.exporter.geometry.ReuseSpec.Features;
import ai.dvt.exporter.geometry.ReuseSpec.Layers;
import ai.dvt.exporter.geometry.ReuseSpec.RelationSource;
import ai.dvt.exporter.geometry.ReuseSpec.Relations;
import ai.dvt.exporter.geometry.ReuseSpec.Transform;
import ai.dvt.exporter.geometry.ReuseSpec.Upsampling;
import ai.dvt.exporter.geometry.SoftSplit;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokensToToken;
import ai.dvt.exporter.geometry.TokensToToken.Mixer;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against counts made with fvcore's rules on the authors' code (cost/dvt-flops.json). */
class StageCostTest {
  private static JsonObject counted;

  @BeforeAll
  static void read() throws Exception {
    try (Reader reader =
        Files.newBufferedReader(Path.of("src/test/resources/cost/dvt-flops.json"))) {
      counted = JsonParser.parseReader(reader).getAsJsonObject();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DVT_T2t_vit_12, 256, 12, 2",
    "DVT_T2t_vit_14, 384, 14, 3",
    "DVT_Deit_small, 384, 12, 4"
  })
  void every_exit_costs_the_reference_to_the_last_multiply_add(
      String model, int width, int depth, int ratio) {
    for (int features = 0; features < 2; features++) {
      for (int relations = 0; relations < 2; relations++) {
        ReuseSpec spec =
            new ReuseSpec(
                features == 1 ? Optional.of(Features.PROPOSED) : Optional.empty(),
                relations == 1 ? Optional.of(Relations.PROPOSED) : Optional.empty());
        JsonObject entry = counted.getAsJsonObject(model + " F=" + features + " R=" + relations);
        JsonArray macs = entry.getAsJsonArray("stage_macs");
        JsonArray cumulative = entry.getAsJsonArray("cumulative_fvcore_g");
        List<StageGeometry> stages = cascade(model.contains("T2t"), width, depth, ratio, spec);
        long total = 0;
        for (int i = 0; i < 3; i++) {
          StageCost cost = StageCost.of(stages.get(i));
          total += cost.total();
          assertThat(cost.macs()).isEqualTo(macs.get(i).getAsLong());
          assertThat(total / 1e9).isCloseTo(cumulative.get(i).getAsDouble(), within(5.1e-5));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "T2t_vit_7, 256, 7, 2, true, false",
    "T2t_vit_10, 256, 10, 2, true, false",
    "T2t_vit_12, 256, 12, 2, true, false",
    "T2t_vit_14, 384, 14, 3, true, false",
    "T2t_vit_19, 448, 19, 3, true, false",
    "T2t_vit_24, 512, 24, 3, true, false",
    "T2t_vit_t_14, 384, 14, 3, true, false",
    "deit_tiny, 192, 12, 4, false, false",
    "deit_small, 384, 12, 4, false, false",
    "deit_base, 768, 12, 4, false, false",
    "deit_small_distilled, 384, 12, 4, false, true"
  })
  void a_baseline_costs_the_reference_to_the_last_multiply_add(
      String model, int width, int depth, int ratio, boolean t2t, boolean distilled) {
    Front front = t2t ? t2t(2, model.contains("_t_")) : new PatchEmbedding(16, 0);
    StageCost cost =
        StageCost.of(
            stage(1, front, width, depth, ratio, distilled, Optional.empty(), Optional.empty()));

    JsonObject entry = counted.getAsJsonObject(model);
    assertThat(cost.macs()).isEqualTo(Math.round(entry.get("gmacs").getAsDouble() * 1e9));
    assertThat(cost.total()).isEqualTo(Math.round(entry.get("fvcore_g").getAsDouble() * 1e9));
  }

  @Test
  void the_variants_of_tables_7_and_8_cost_what_the_paper_prints() {
    Features features = Features.PROPOSED;
    Relations relations = Relations.PROPOSED;
    assertThat(secondExit(features, null)).isEqualTo("1.43");
    assertThat(secondExit(features.with(FeatureSource.CORRESPONDING_LAYER), null))
        .isEqualTo("1.43");
    assertThat(secondExit(features.with(ClassToken.REUSED), null)).isEqualTo("1.43");
    Features first =
        new Features(FeatureSource.FINAL_LAYER, ClassToken.ZERO, Layers.FIRST, Transform.MLP, true);
    assertThat(secondExit(first, null)).isEqualTo("1.38");
    Features plain =
        new Features(FeatureSource.FINAL_LAYER, ClassToken.ZERO, Layers.ALL, Transform.MLP, false);
    assertThat(secondExit(plain, null)).isEqualTo("1.42");
    assertThat(secondExit(null, relations)).isEqualTo("1.41");
    assertThat(secondExit(null, relations.with(RelationSource.CORRESPONDING_LAYER)))
        .isEqualTo("1.38");
    assertThat(secondExit(null, relations.with(RelationSource.FINAL_LAYER))).isEqualTo("1.39");
    Relations linear =
        new Relations(RelationSource.ALL_LAYERS, Transform.LINEAR, Upsampling.BY_GRID);
    assertThat(secondExit(null, linear)).isEqualTo("1.38");
    assertThat(secondExit(null, relations.with(Upsampling.NAIVE))).isEqualTo("1.41");
    assertThat(secondExit(null, null)).isEqualTo("1.37");
  }

  /** GFLOPs of the second exit of the two-exit T2T-ViT-12 of Tables 7 and 8, two digits. */
  private static String secondExit(Features features, Relations relations) {
    ReuseSpec spec = new ReuseSpec(Optional.ofNullable(features), Optional.ofNullable(relations));
    List<StageGeometry> stages = cascade(true, 256, 12, 2, spec);
    long total = StageCost.of(stages.get(0)).total() + StageCost.of(stages.get(1)).total();
    return String.format(java.util.Locale.ROOT, "%.2f", total / 1e9);
  }

  private static List<StageGeometry> cascade(
      boolean t2t, int width, int depth, int ratio, ReuseSpec spec) {
    int[] grids = {7, 10, 14};
    int[] through = {0, 14, 20};
    List<Front> patches =
        List.of(new PatchEmbedding(32, 0), new PatchEmbedding(23, 3), new PatchEmbedding(16, 0));
    List<StageGeometry> stages = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int at = i;
      int heads = width / 64;
      Front front = t2t ? t2t(i, false) : patches.get(i);
      Optional<FeatureReuseGeometry> features =
          spec.features()
              .filter(f -> at > 0)
              .map(f -> new FeatureReuseGeometry(f, grids[at - 1], width, 128, 48, through[at]));
      Optional<RelationReuseGeometry> relations =
          spec.relations()
              .filter(r -> at > 0)
              .map(
                  r ->
                      new RelationReuseGeometry(
                          r,
                          grids[at - 1],
                          r.source() == RelationSource.FINAL_LAYER ? 1 : depth,
                          heads,
                          r.transform() == Transform.MLP ? 3 * heads * depth : 0,
                          through[at]));
      stages.add(stage(i + 1, front, width, depth, ratio, false, features, relations));
    }
    return stages;
  }

  private static StageGeometry stage(
      int number,
      Front front,
      int width,
      int depth,
      int ratio,
      boolean distilled,
      Optional<FeatureReuseGeometry> features,
      Optional<RelationReuseGeometry> relations) {
    return new StageGeometry(
        number,
        224,
        front,
        width,
        depth,
        width / 64,
        width * ratio,
        1000,
        distilled,
        1e-5f,
        features,
        relations);
  }

  private static TokensToToken t2t(int split, boolean transformer) {
    return new TokensToToken(
        transformer ? Mixer.TRANSFORMER : Mixer.PERFORMER,
        SoftSplit.KNOWN.get(split),
        64,
        transformer ? 0 : 32);
  }
}
