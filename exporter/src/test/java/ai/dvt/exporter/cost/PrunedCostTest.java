package ai.dvt.exporter.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.exporter.geometry.ConvolutionStem;
import ai.dvt.exporter.geometry.Front;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning;
import ai.dvt.exporter.geometry.TokenPruning.Attentive;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokenPruning.Sampled;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against fvcore's counts of the authors' models at 224 pixels and 1,000 classes. */
class PrunedCostTest {
  private static final List<Integer> QUARTERS = List.of(3, 6, 9);

  @ParameterizedTest
  @CsvSource({"0.9, 4.050", "0.8, 3.471", "0.7, 2.988"})
  void dynamicvit_over_deit_small(double rate, double gflops) {
    assertThat(cost(deit(Predicted.of(QUARTERS, rate, 196)))).isCloseTo(gflops, within(5e-4));
  }

  @ParameterizedTest
  @CsvSource({
    "384, 16, 4, 0.9, 5.893",
    "384, 16, 4, 0.8, 5.221",
    "384, 16, 4, 0.7, 4.664",
    "384, 16, 4, 0.5, 3.801",
    "512, 20, 5, 0.9, 11.231",
    "512, 20, 5, 0.8, 9.804",
    "512, 20, 5, 0.7, 8.612"
  })
  void dynamicvit_over_lvvit(int width, int depth, int every, double rate, double gflops) {
    List<Integer> at = List.of(every, 2 * every, 3 * every);
    StageGeometry stage =
        stage(
            new ConvolutionStem(64, 8, true),
            width,
            depth,
            3 * width,
            true,
            Optional.of(Predicted.of(at, rate, 196)));
    assertThat(cost(stage)).isCloseTo(gflops, within(5e-4));
  }

  @ParameterizedTest
  @CsvSource({
    "true, 0.9, 4.030",
    "true, 0.8, 3.484",
    "true, 0.7, 3.036",
    "true, 0.6, 2.641",
    "true, 0.5, 2.314",
    "false, 0.9, 3.996",
    "false, 0.8, 3.451",
    "false, 0.7, 3.003",
    "false, 0.6, 2.614",
    "false, 0.5, 2.287"
  })
  void evit_over_deit_small(boolean fused, double rate, double gflops) {
    assertThat(cost(deit(Attentive.of(QUARTERS, rate, fused, 196))))
        .isCloseTo(gflops, within(5e-4));
  }

  @Test
  void ats_costs_deit_small_at_most_and_less_as_tokens_go() {
    StageGeometry plain = stage(new PatchEmbedding(16, 0), 384, 12, 1536, false, Optional.empty());
    List<Integer> at = IntStream.range(3, 12).boxed().toList();
    assertThat(cost(plain)).isCloseTo(4.608, within(5e-4));
    for (Form form : Form.values()) {
      assertThat(cost(deit(new Sampled(at, form)))).isEqualTo(cost(plain));
    }
  }

  @Test
  void layers_at_which_evit_keeps_all_are_left_out() {
    Attentive attentive = Attentive.of(List.of(0, 1, 2), 0.9, false, 9);
    // ceil(8.1) = 9 of 9: nothing is dropped, ever.
    assertThat(attentive.at()).isEmpty();
    Attentive fused = Attentive.of(List.of(0, 1, 2), 0.5, true, 4);
    // 2 + fused of 4; ceil(1.5) = 2 + fused of 3; the same of 3.
    assertThat(fused.kept()).containsExactly(2, 2, 2);
  }

  private static StageGeometry deit(TokenPruning pruning) {
    return stage(new PatchEmbedding(16, 0), 384, 12, 1536, false, Optional.of(pruning));
  }

  private static StageGeometry stage(
      Front front,
      int width,
      int depth,
      int hidden,
      boolean auxiliary,
      Optional<TokenPruning> pruning) {
    return new StageGeometry(
        1,
        224,
        front,
        width,
        depth,
        width / 64,
        hidden,
        1000,
        false,
        1e-6f,
        Optional.empty(),
        Optional.empty(),
        1,
        auxiliary,
        pruning);
  }

  private static double cost(StageGeometry stage) {
    return StageCost.of(stage).total() / 1e9;
  }
}
