package ai.dvt.exporter.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.bundle.GoldenFiles;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import ai.dvt.exporter.weights.Weights;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What options of models that drop tokens may not say. */
class PruningReaderTest {
  private static CascadeGraphs graphs(String file, String architecture, PruningOptions pruning)
      throws IOException {
    try (CheckpointFile checkpoint = CheckpointFile.open(GoldenFiles.pruning().resolve(file))) {
      Weights weights = checkpoint.stateDicts().select(false, Optional.of("model")).weights();
      int size = file.startsWith("evit") ? 48 : file.startsWith("ats") ? 32 : 56;
      return Architecture.named(architecture)
          .graphs(
              weights,
              ArchitectureOptions.DEFAULT.withImageSize(size).withHeads(3).withPruning(pruning));
    }
  }

  private static PruningOptions rate(double rate, Integer... at) {
    return new PruningOptions(
        Optional.of(rate),
        List.of(at),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({"0", "-0.1", "1.01", "NaN"})
  void a_keep_rate_outside_of_0_to_1_is_refused(double rate) {
    assertThatThrownBy(() -> rate(rate))
        .hasMessage("keep-rate: " + rate + " (expected: above 0, at most 1)");
  }

  @Test
  void a_layer_beyond_the_depth_is_refused() {
    assertThatThrownBy(() -> graphs("evit-tiny.pth", "evit", rate(0.7, 1, 6)))
        .hasMessage("drop-at: [1, 6] (expected: layers from 0 to 5, the last of the depth)");
    assertThatThrownBy(() -> rate(0.7, 3, 1))
        .hasMessageStartingWith("drop-at: [3, 1] (expected: layers from 0, ascending");
  }

  @Test
  void a_rate_that_drops_nothing_or_all_is_refused() {
    assertThatThrownBy(() -> graphs("evit-tiny.pth", "evit", rate(1, 1, 2)))
        .hasMessageStartingWith("keep-rate: 1.0 keeps all 144 tokens");
    assertThatThrownBy(() -> graphs("evit-tiny.pth", "evit", rate(0.9999, 1, 2)))
        .hasMessageStartingWith("keep-rate: 0.9999 keeps all 144 tokens");
    assertThatThrownBy(() -> graphs("dynamicvit-tiny.pth", "dynamicvit", rate(1)))
        .hasMessageStartingWith("keep-rate: 1.0 keeps all 196 tokens");
    assertThatThrownBy(() -> graphs("dynamicvit-tiny.pth", "dynamicvit", rate(0.1)))
        .hasMessageContaining("tokens kept in layer");
  }

  @Test
  void what_no_tensor_tells_must_be_given() {
    assertThatThrownBy(() -> graphs("evit-tiny.pth", "evit", PruningOptions.NONE))
        .hasMessageStartingWith("keep-rate: not given (expected: an option such as 0.7");
  }

  @Test
  void a_checkpoint_of_another_family_is_refused() {
    assertThatThrownBy(() -> graphs("dynamiclvvit-tiny.pth", "deit", PruningOptions.NONE))
        .hasMessageContaining(
            "LVVIT tensors (expected: the tensors of a DEIT model; dynamicvit-lvvit");
    assertThatThrownBy(() -> graphs("dynamicvit-tiny.pth", "dynamicvit-lvvit", rate(0.7)))
        .hasMessageContaining("DEIT tensors (expected: the tensors of a LVVIT model)");
    assertThatThrownBy(() -> graphs("evit-tiny.pth", "dynamicvit", rate(0.7)))
        .hasMessageContaining("no score_predictor (expected: the tensors of a DynamicViT)");
    assertThatThrownBy(() -> graphs("dynamicvit-tiny.pth", "dynamicvit", rate(0.7, 1, 2)))
        .hasMessageContaining("3 layers, one for each module of score_predictor");
  }

  @Test
  void an_option_of_another_family_is_refused() {
    assertThatThrownBy(() -> graphs("ats-tiny.pth", "ats", rate(0.7)))
        .hasMessageStartingWith("keep-rate: given with ats");
    assertThatThrownBy(() -> graphs("evit-tiny.pth", "deit", rate(0.7)))
        .hasMessage("keep-rate: given with deit (expected: an architecture that drops tokens)");
  }

  @Test
  void predictors_and_stems_are_recognised_without_a_name() throws IOException {
    for (String name : List.of("dynamicvit", "dynamiclvvit")) {
      try (CheckpointFile file =
          CheckpointFile.open(GoldenFiles.pruning().resolve(name + "-tiny.pth"))) {
        Weights weights = file.stateDicts().select(false, Optional.of("model")).weights();
        assertThat(Architecture.guess(weights).name())
            .isEqualTo(name.equals("dynamicvit") ? "dynamicvit" : "dynamicvit-lvvit");
      }
    }
  }

  @Test
  void a_fixed_number_of_tokens_is_chosen_without_operators_of_unknown_size() throws IOException {
    for (CascadeGraphs graphs :
        List.of(
            graphs("evit-tiny.pth", "evit", rate(0.7, 1, 2, 4)),
            graphs("dynamicvit-tiny.pth", "dynamicvit", rate(0.7, 1, 2, 4)))) {
      List<String> operators = graphs.stages().get(0).graph(Flavour.PORTABLE).operators();
      assertThat(operators).contains("TopK").doesNotContain("NonZero", "Shape", "Unique", "Loop");
      assertThat(operators).noneMatch(operator -> operator.contains("."));
    }
  }

  @Test
  void ats_may_begin_at_any_layer_and_nobody_else_is_asked() throws IOException {
    StageGraph third =
        graphs("ats-tiny.pth", "ats", PruningOptions.NONE.withFrom(3)).stages().get(0);
    assertThat(third.geometry().pruning().orElseThrow().at()).startsWith(3);
    assertThat(third.dropping()).contains("ats");
    assertThatThrownBy(() -> graphs("ats-tiny.pth", "ats", PruningOptions.NONE.withFrom(99)))
        .hasMessageStartingWith("drop-from: 99 (expected: a layer from 0 to ");
    assertThatThrownBy(() -> graphs("evit-tiny.pth", "evit", rate(0.7).withFrom(1)))
        .hasMessageStartingWith("drop-from: given with evit (expected: ATS");
    assertThatThrownBy(() -> rate(0.7, 1, 2).withFrom(1))
        .hasMessageStartingWith("drop-from: 1 (expected: a layer from 0, and no --drop-at");
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void only_the_mask_form_of_ats_has_static_shapes(Form form) throws IOException {
    PruningOptions options =
        new PruningOptions(
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.of(form),
            List.of(),
            Optional.empty());
    StageGraph stage = graphs("ats-tiny.pth", "ats", options).stages().get(0);
    List<String> operators = stage.graph(Flavour.PORTABLE).operators();
    assertThat(operators.contains("Shape")).isEqualTo(form != Form.MASK);
    assertThat(operators.contains("GatherND")).isEqualTo(form != Form.MASK);
    assertThat(operators).contains("ArgMin", "ScatterElements").doesNotContain("NonZero", "Unique");
    assertThat(stage.costOutput().isPresent()).isEqualTo(form != Form.MASK);
  }
}
