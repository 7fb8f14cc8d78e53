package ai.dvt.exporter.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyMapTest {

  @ParameterizedTest
  @CsvSource({
    "pos_embed, pos_embed",
    "blocks.3.attn.qkv.weight, blocks.3.attn.qkv.weight",
    "blocks.0.feature_resuse_mlp.0.bias, blocks.0.feature_reuse.norm.bias",
    "blocks.0.feature_resuse_mlp.1.fc1.weight, blocks.0.feature_reuse.fc1.weight",
    "blocks.11.feature_resuse_mlp.1.fc2.bias, blocks.11.feature_reuse.fc2.bias",
    "relation_reuse_conv.0.weight, relation_reuse.expand.weight",
    "relation_reuse_conv.2.bias, relation_reuse.reduce.bias",
    "tokens_to_token.attention1.w, tokens_to_token.1.random_features",
    "tokens_to_token.attention2.kqv.weight, tokens_to_token.2.kqv.weight",
    "tokens_to_token.attention2.norm1.bias, tokens_to_token.2.norm1.bias",
    "tokens_to_token.attention1.mlp.0.weight, tokens_to_token.1.mlp.fc1.weight",
    "tokens_to_token.attention2.mlp.2.bias, tokens_to_token.2.mlp.fc2.bias",
    "tokens_to_token.attention1.mlp.fc1.weight, tokens_to_token.1.mlp.fc1.weight",
    "tokens_to_token.attention1.attn.qkv.weight, tokens_to_token.1.attn.qkv.weight",
    "tokens_to_token.project.weight, tokens_to_token.project.weight",
    "score_predictor.0.in_conv.0.weight, score_predictor.0.in_conv.0.weight",
  })
  void foreign_names_become_the_fields_terms(String foreign, String ours) {
    for (Map.Entry<String, String> stage :
        Map.of("", "stages.1.", "normal_token.", "stages.1.", "stages.0.", "stages.1.")
            .entrySet()) {
      assertThat(names(stage.getKey() + foreign)).containsExactly(stage.getValue() + ours);
    }
  }

  @Test
  void any_subset_of_the_authors_stages_counts_from_one_in_their_order() {
    assertThat(names("normal_token.a", "less_less_token.a"))
        .containsExactlyInAnyOrder("stages.2.a", "stages.1.a");
    assertThat(names("less_token.a")).containsExactly("stages.1.a");
    assertThat(names("normal_token.a", "less_token.a", "less_less_token.a"))
        .containsExactly("stages.3.a", "stages.2.a", "stages.1.a");
  }

  @Test
  void numbered_stages_count_by_number_not_by_text() {
    assertThat(names("stages.10.a", "stages.2.a", "stages.0.a"))
        .containsExactly("stages.3.a", "stages.2.a", "stages.1.a");
    assertThat(names("stages.1.a", "stages.2.a", "stages.3.a", "stages.4.a", "stages.5.a"))
        .contains("stages.5.a");
  }

  @Test
  void a_plain_vit_is_stage_one() {
    assertThat(names("cls_token", "head.weight"))
        .containsExactly("stages.1.cls_token", "stages.1.head.weight");
  }

  @Test
  void a_name_outside_all_stages_of_a_cascade_stays() {
    assertThat(names("normal_token.a", "stray")).containsExactly("stages.1.a", "stray");
  }

  @Test
  void two_names_for_one_tensor_are_an_error() {
    assertThatThrownBy(
            () ->
                names(
                    "tokens_to_token.attention1.mlp.0.bias",
                    "tokens_to_token.attention1.mlp.fc1.bias"))
        .isInstanceOf(WeightsException.class)
        .hasMessageContainingAll("file:", "mlp.fc1.bias: means the same as", "mlp.0.bias");
  }

  private static List<String> names(String... foreign) {
    List<Tensor> tensors = Stream.of(foreign).map(name -> Tensor.of(name, List.of(1), 0)).toList();
    return List.copyOf(KeyMap.rename("file", tensors).keySet());
  }
}
