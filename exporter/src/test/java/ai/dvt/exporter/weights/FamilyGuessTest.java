package ai.dvt.exporter.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.weights.FamilyGuess.Family;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FamilyGuessTest {

  @Test
  void a_dvt_over_deit_shows_its_stages() {
    List<Tensor> tensors = new ArrayList<>(deit("less_less_token.", 7, 32));
    tensors.addAll(deit("normal_token.", 14, 16));
    tensors.add(zeros("normal_token.relation_reuse_conv.0.weight", 12, 4, 1, 1));
    tensors.add(zeros("normal_token.blocks.0.feature_resuse_mlp.0.weight", 128));
    FamilyGuess guess = guess(tensors);
    assertThat(guess.family()).isEqualTo(Family.DVT_DEIT);
    assertThat(guess.reuse()).isEqualTo("both");
    assertThat(guess.stages()).extracting(StageGuess::grid).containsExactly(7, 14);
    assertThat(guess.stages()).extracting(StageGuess::kernel).containsExactly(32, 16);
    StageGuess last = guess.stages().get(1);
    assertThat(last.prefix()).isEqualTo("normal_token.");
    assertThat(last.width()).isEqualTo(128);
    assertThat(last.depth()).isEqualTo(2);
    assertThat(last.heads()).isEqualTo(2);
    assertThat(last.mlpRatio()).isEqualTo(3);
    assertThat(last.classes()).isEqualTo(10);
    assertThat(guess.parameters()).isEqualTo(tensors.stream().mapToLong(Tensor::count).sum());
  }

  @Test
  void baselines_are_told_apart() {
    List<Tensor> plain = deit("", 14, 16);
    assertThat(guess(plain).family()).isEqualTo(Family.DEIT);
    assertThat(guess(plain).reuse()).isEqualTo("none");

    List<Tensor> distilled = new ArrayList<>(plain);
    distilled.set(1, zeros("pos_embed", 1, 198, 128));
    distilled.add(zeros("dist_token", 1, 1, 128));
    assertThat(guess(distilled).family()).isEqualTo(Family.DEIT_DISTILLED);
    assertThat(guess(distilled).stages().get(0).grid()).isEqualTo(14);

    List<Tensor> pruned = new ArrayList<>(plain);
    pruned.add(zeros("score_predictor.0.in_conv.0.weight", 128));
    assertThat(guess(pruned).family()).isEqualTo(Family.DYNAMICVIT);

    List<Tensor> lvvit = new ArrayList<>(plain);
    lvvit.set(2, zeros("patch_embed.proj.weight", 128, 64, 8, 8));
    lvvit.add(zeros("patch_embed.conv1.weight", 64, 3, 7, 7));
    assertThat(guess(lvvit).family()).isEqualTo(Family.LVVIT);
    assertThat(guess(lvvit).stages().get(0).kernel()).isEqualTo(16);
  }

  @Test
  void the_two_kinds_of_t2t_tokens_are_told_apart() {
    List<Tensor> performer =
        List.of(
            zeros("cls_token", 1, 1, 128),
            zeros("pos_embed", 1, 197, 128),
            zeros("tokens_to_token.attention1.norm1.weight", 147),
            zeros("tokens_to_token.attention1.proj.weight", 64, 64));
    assertThat(guess(performer).family()).isEqualTo(Family.T2T_PERFORMER);
    assertThat(guess(performer).stages().get(0).kernel()).isEqualTo(7);
    assertThat(guess(performer).stages().get(0).tokenWidth()).isEqualTo(64);
    List<Tensor> transformer =
        List.of(
            zeros("cls_token", 1, 1, 128),
            zeros("tokens_to_token.attention1.attn.proj.weight", 64, 64));
    assertThat(guess(transformer).family()).isEqualTo(Family.T2T_TRANSFORMER);
  }

  @Test
  void tensors_of_something_else_are_unknown() {
    assertThat(guess(List.of(zeros("conv1.weight", 4))).family()).isEqualTo(Family.UNKNOWN);
    assertThat(guess(List.of()).family()).isEqualTo(Family.UNKNOWN);
  }

  private static List<Tensor> deit(String prefix, int grid, int kernel) {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(zeros(prefix + "cls_token", 1, 1, 128));
    tensors.add(zeros(prefix + "pos_embed", 1, grid * grid + 1, 128));
    tensors.add(zeros(prefix + "patch_embed.proj.weight", 128, 3, kernel, kernel));
    for (int block = 0; block < 2; block++) {
      tensors.add(zeros(prefix + "blocks." + block + ".mlp.fc1.weight", 384, 128));
    }
    tensors.add(zeros(prefix + "head.weight", 10, 128));
    return tensors;
  }

  private static Tensor zeros(String name, Integer... shape) {
    int count = 1;
    for (int size : shape) {
      count *= size;
    }
    return Tensor.of(name, List.of(shape), new float[count]);
  }

  private static FamilyGuess guess(List<Tensor> tensors) {
    return FamilyGuess.of(Weights.of("file", tensors));
  }
}
