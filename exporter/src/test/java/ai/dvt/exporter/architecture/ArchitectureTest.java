package ai.dvt.exporter.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.geometry.GeometryException;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.SoftSplit;
import ai.dvt.exporter.weights.Tensor;
import ai.dvt.exporter.weights.Weights;
import ai.dvt.exporter.weights.WeightsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What tensors, presets and options may not say together. */
class ArchitectureTest {
  private static final ArchitectureOptions SMALL = ArchitectureOptions.DEFAULT.withImageSize(32);

  private final List<Tensor> tensors = new ArrayList<>();

  @Test
  void sizes_are_read_from_the_tensors() {
    deit("less_less_token.", 64, 8, 4);
    deit("normal_token.", 64, 4, 8);

    CascadeGraphs cascade = Architecture.named("dvt-deit").graphs(weights(), SMALL);

    assertThat(cascade.classes()).isEqualTo(3);
    assertThat(cascade.stages()).extracting(StageGraph::name).containsExactly("4x4", "8x8");
    assertThat(cascade.stages().get(1).geometry().heads()).isEqualTo(1);
    assertThat(cascade.stages().get(1).handover()).isEmpty();
    assertThat(cascade.stages().get(1).gflops()).isGreaterThan(cascade.stages().get(0).gflops());
  }

  @Test
  void a_graph_of_the_portable_flavour_has_only_standard_operators() {
    deit("", 64, 8, 4);

    StageGraph stage = Architecture.named("vit").graphs(weights(), SMALL).stages().get(0);

    assertThat(stage.graph(Flavour.PORTABLE).operators())
        .noneMatch(operator -> operator.contains("."));
    assertThat(stage.graph(Flavour.CPU).operators())
        .contains("com.microsoft.SkipLayerNormalization")
        .doesNotContain("LayerNormalization");
    assertThat(stage.graph(Flavour.CPU).outputs()).containsOnlyKeys("logits");
  }

  @Test
  void an_unknown_name_is_answered_with_all_names() {
    assertThatThrownBy(() -> Architecture.named("resnet"))
        .isInstanceOf(ArchitectureException.class)
        .hasMessageStartingWith("architecture: resnet (expected: dvt-deit, ");
  }

  @Test
  void an_image_size_that_kernel_and_grid_cannot_cover_names_the_rule() {
    deit("", 64, 8, 4);

    assertThatThrownBy(
            () -> Architecture.named("deit").graphs(weights(), ArchitectureOptions.DEFAULT))
        .isInstanceOf(GeometryException.class)
        .hasMessageContaining("image size: 224")
        .hasMessageContaining("(8 * 4 - 224) / 2");
  }

  @Test
  void a_preset_of_another_width_is_refused() {
    deit("", 64, 8, 4);

    assertThatThrownBy(() -> Architecture.named("deit-small").graphs(weights(), SMALL))
        .hasMessage(
            "architecture deit-small for toy.pth: stage 1 of width 64 and depth 2"
                + " (expected: width 384 and depth 12)");
  }

  @Test
  void a_cascade_is_no_baseline_and_t2t_no_deit() {
    deit("less_less_token.", 64, 8, 4);
    deit("normal_token.", 64, 4, 8);

    assertThatThrownBy(() -> Architecture.named("deit").graphs(weights(), SMALL))
        .hasMessageContaining("2 stages (expected: one stage");
    assertThatThrownBy(() -> Architecture.named("dvt-t2t").graphs(weights(), SMALL))
        .hasMessageContaining("DEIT tensors (expected: the tensors of a T2T model)");
  }

  @Test
  void heads_must_be_given_if_the_width_is_no_multiple_of_64() {
    deit("", 36, 8, 4);

    assertThatThrownBy(() -> Architecture.named("deit").graphs(weights(), SMALL))
        .hasMessageStartingWith("heads: not given (expected: ");
    assertThatThrownBy(() -> Architecture.named("deit").graphs(weights(), SMALL.withHeads(5)))
        .hasMessage("heads of stage 1: 5 (expected: a divisor of the width 36)");
  }

  @Test
  void reuse_that_the_tensors_do_not_hold_is_refused() {
    deit("less_less_token.", 64, 8, 4);
    deit("normal_token.", 64, 4, 8);

    assertThatThrownBy(
            () -> Architecture.named("dvt-deit").graphs(weights(), SMALL.withReuse(ReuseSpec.BOTH)))
        .hasMessage(
            "feature reuse of stage 2: asked for (expected: none, because it has no tensors)");
  }

  @Test
  void options_per_stage_must_be_as_many_as_the_stages() {
    deit("", 64, 8, 4);

    assertThatThrownBy(
            () ->
                Architecture.named("deit")
                    .graphs(weights(), SMALL.withResizeThrough(List.of(14, 20))))
        .hasMessage("resize-through: 2 values (expected: 0 values, or none)");
    assertThatThrownBy(
            () ->
                Architecture.named("deit")
                    .graphs(
                        weights(),
                        SMALL.withSoftSplits(
                            List.of(new SoftSplit(7, 4, 2), new SoftSplit(7, 4, 2)))))
        .hasMessageStartingWith("soft-split: 2 values");
  }

  @Test
  void positions_that_are_no_square_are_refused() {
    deit("", 64, 8, 4);
    replace("pos_embed", 1, 18, 64);

    assertThatThrownBy(() -> Architecture.named("deit").graphs(weights(), SMALL))
        .hasMessageContaining("17 positions beside the class token")
        .hasMessageContaining("a square number");
  }

  @Test
  void a_missing_or_misshapen_tensor_is_found_before_any_graph_is_built() {
    deit("", 64, 8, 4);
    replace("blocks.1.mlp.fc2.weight", 64, 7);
    assertThatThrownBy(() -> Architecture.named("deit").graphs(weights(), SMALL))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("blocks.1.mlp.fc2.weight");

    tensors.removeIf(named("blocks.1.mlp.fc2.weight"));
    assertThatThrownBy(() -> Architecture.named("deit").graphs(weights(), SMALL))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("blocks.1.mlp.fc2.weight");
  }

  @Test
  void a_guess_tells_family_and_cascade() {
    deit("less_less_token.", 64, 8, 4);
    assertThat(Architecture.guess(weights()).name()).isEqualTo("deit");
    deit("normal_token.", 64, 4, 8);
    assertThat(Architecture.guess(weights()).name()).isEqualTo("dvt-deit");
  }

  private Weights weights() {
    return Weights.of("toy.pth", tensors);
  }

  private void replace(String name, Integer... shape) {
    tensors.removeIf(named(name));
    add(name, shape);
  }

  private static Predicate<Tensor> named(String name) {
    return tensor -> tensor.name().equals(name);
  }

  private void add(String name, Integer... shape) {
    int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    tensors.add(Tensor.of(name, List.of(shape), new float[count]));
  }

  private void deit(String prefix, int width, int patch, int grid) {
    add(prefix + "cls_token", 1, 1, width);
    add(prefix + "pos_embed", 1, grid * grid + 1, width);
    add(prefix + "patch_embed.proj.weight", width, 3, patch, patch);
    add(prefix + "patch_embed.proj.bias", width);
    for (int i = 0; i < 2; i++) {
      String block = prefix + "blocks." + i + '.';
      pair(block + "norm1", width);
      pair(block + "norm2", width);
      pair(block + "attn.qkv", 3 * width, width);
      pair(block + "attn.proj", width, width);
      pair(block + "mlp.fc1", 8, width);
      pair(block + "mlp.fc2", width, 8);
    }
    pair(prefix + "norm", width);
    pair(prefix + "head", 3, width);
  }

  private void pair(String scope, Integer... weight) {
    add(scope + ".weight", weight);
    add(scope + ".bias", weight[0]);
  }
}
