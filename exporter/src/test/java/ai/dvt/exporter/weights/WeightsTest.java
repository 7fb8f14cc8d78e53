package ai.dvt.exporter.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class WeightsTest {
  private final Weights root =
      Weights.of(
          "model.pth",
          List.of(
              Tensor.of("cls_token", List.of(1, 1, 2), 1, 2),
              Tensor.of("blocks.0.attn.qkv.weight", List.of(6, 2), new float[12]),
              Tensor.of("blocks.1.attn.qkv.weight", List.of(6, 2), new float[12]),
              Tensor.of("head.bias", List.of(2), Float.NaN, Float.POSITIVE_INFINITY)));

  @Test
  void scopes_nest_with_or_without_a_dot() {
    Weights attention = root.stage(1).scope("blocks.0.").scope("attn");
    assertThat(attention.has("qkv.weight")).isTrue();
    assertThat(attention.has("proj.weight")).isFalse();
    assertThat(attention.names()).containsExactly("qkv.weight");
    assertThat(root.stage(1).hasScope("blocks.1")).isTrue();
    assertThat(root.stage(1).hasScope("blocks.2")).isFalse();
  }

  @Test
  void lists_have_a_length() {
    assertThat(root.stage(1).length("blocks")).isEqualTo(2);
    assertThat(root.stage(1).length("layers")).isZero();
  }

  @Test
  void a_gap_in_a_list_is_an_error() {
    Weights gap = Weights.of("x.pth", List.of(Tensor.of("blocks.1.a", List.of(1), 0)));
    assertThatThrownBy(() -> gap.stage(1).length("blocks"))
        .isInstanceOf(WeightsException.class)
        .hasMessageContainingAll("x.pth", "blocks.0: absent", "expected");
  }

  @Test
  void a_shape_is_checked_and_minus_one_fits_any_size() {
    Weights block = root.stage(1).scope("blocks.0");
    assertThat(block.get("attn.qkv.weight", 6, -1).count()).isEqualTo(12);
    assertThat(block.get("attn.qkv.weight").dim(-1)).isEqualTo(2);
    assertThatThrownBy(() -> block.get("attn.qkv.weight", -1, 3))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "model.pth: blocks.0.attn.qkv.weight (stages.1.blocks.0.attn.qkv.weight):"
                + " shape [6, 2] (expected: [any, 3])");
    assertThatThrownBy(() -> block.get("attn.qkv.weight", 12))
        .hasMessageContaining("(expected: [12])");
  }

  @Test
  void a_missing_tensor_is_called_by_the_name_the_file_would_give_it() {
    Weights dvt =
        Weights.of(
            "dvt.pth",
            List.of(
                Tensor.of("less_less_token.cls_token", List.of(1), 0),
                Tensor.of("normal_token.cls_token", List.of(1), 0)));
    assertThatThrownBy(() -> dvt.stage(2).get("blocks.3.feature_reuse.fc1.weight"))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(
            "dvt.pth: normal_token.blocks.3.feature_resuse_mlp.1.fc1.weight: absent");
  }

  @Test
  void what_nobody_asked_for_is_unused() {
    root.stage(1).get("cls_token");
    root.stage(1).has("head.bias");
    root.stage(1).shape("head.bias");
    assertThat(root.unused())
        .containsExactly("blocks.0.attn.qkv.weight", "blocks.1.attn.qkv.weight", "head.bias");
    assertThat(root.stage(1).scope("blocks.1").unused())
        .containsExactly("blocks.1.attn.qkv.weight");
  }

  @Test
  void values_that_are_not_finite_are_reported_once() {
    Tensor head = root.stage(1).get("head.bias", 2);
    assertThat(root.warnings()).isEmpty();
    head.values();
    head.values();
    assertThat(root.warnings())
        .containsExactly(
            "model.pth: head.bias: 2 of 2 values are NaN or infinite (expected: finite weights)");
  }

  @Test
  void values_are_a_fresh_copy() {
    Tensor token = root.stage(1).get("cls_token");
    token.values()[0] = 9;
    assertThat(token.values()).containsExactly(1, 2);
  }

  @Test
  void a_tensor_in_memory_must_fit_its_shape() {
    assertThatThrownBy(() -> Tensor.of("a", List.of(2, 2), 1, 2, 3))
        .isInstanceOf(WeightsException.class)
        .hasMessageContainingAll("a: 3 values", "expected: 4");
    assertThatThrownBy(() -> Tensor.of("a", List.of(-1)))
        .hasMessageContaining("no negative dimension");
    assertThatThrownBy(() -> Tensor.of("a", List.of(1 << 20, 1 << 20)))
        .hasMessageContaining("under 2^31");
  }

  @Test
  void parameters_are_counted_per_scope() {
    assertThat(root.parameters()).isEqualTo(28);
    assertThat(root.stage(1).scope("blocks").parameters()).isEqualTo(24);
  }
}
