package ai.dvt.exporter.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettledPicturesTest {
  private static final int SIDE = 16;

  @Test
  void a_picture_whose_answer_jumps_is_not_taken() throws IOException {
    NpyArray all = SelfTestPictures.input(SelfTestPicturesTest.plain(SIDE), 5);
    float edge = all.toFloats()[0];
    // an answer is a step at the first picture's first pixel: a little contrast takes that one over
    ReferenceRun step = (folder, variant, input) -> List.of(answers(input, edge));
    NpyArray chosen =
        SettledPictures.choose(
            step, Path.of("."), SelfTestPicturesTest.plain(SIDE), List.of(dropping()));
    int row = 3 * SIDE * SIDE;
    assertThat(chosen.shape()).containsExactly(4, 3, SIDE, SIDE);
    assertThat(chosen.toFloats()).isEqualTo(Arrays.copyOfRange(all.toFloats(), row, 5 * row));
  }

  @Test
  void of_pictures_that_are_all_settled_the_first_are_taken() throws IOException {
    ReferenceRun constant =
        (folder, variant, input) ->
            List.of(NpyArray.ofFloats(new float[input.shape().get(0)], input.shape().get(0), 1));
    NpyArray chosen =
        SettledPictures.choose(
            constant, Path.of("."), SelfTestPicturesTest.plain(SIDE), List.of(dropping()));
    assertThat(chosen.toFloats())
        .isEqualTo(SelfTestPictures.input(SelfTestPicturesTest.plain(SIDE)).toFloats());
  }

  private static VariantSpec dropping() {
    StageSpec stage =
        new StageSpec(
            "4x4",
            new FileSpec("stage.onnx", "0".repeat(64), 1),
            List.of(),
            4,
            4,
            0.1,
            "image",
            "logits",
            List.of(),
            Optional.empty(),
            Optional.of("ats"));
    return new VariantSpec(
        "portable",
        Flavour.PORTABLE,
        Precision.FLOAT32,
        List.of(),
        List.of(stage),
        Optional.empty(),
        Optional.empty());
  }

  private static NpyArray answers(NpyArray input, float edge) {
    float[] values = input.toFloats();
    int count = input.shape().get(0);
    int row = values.length / count;
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      logits[i] = Math.abs(values[i * row]) > Math.abs(edge) ? 5 : 0;
    }
    return NpyArray.ofFloats(logits, count, 1);
  }
}
