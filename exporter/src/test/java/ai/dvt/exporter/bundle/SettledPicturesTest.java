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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettledPicturesTest {
  @Test
  void pictures_whose_answers_jump_are_not_taken() throws IOException {
    NpyArray all = SelfTestPictures.input(SelfTestPicturesTest.plain(16), 20);
    float edge = all.toFloats()[0];
    // the first picture's answer jumps at its own first pixel, the others' follow their pixels
    ReferenceRun jumps = (folder, variant, input) -> List.of(answers(input, edge));
    NpyArray chosen =
        SettledPictures.choose(
            jumps, Path.of("."), SelfTestPicturesTest.plain(16), List.of(dropping()));
    int row = chosen.toFloats().length / SelfTestPictures.COUNT;
    assertThat(chosen.shape()).containsExactly(SelfTestPictures.COUNT, 3, 16, 16);
    for (int picture = 0; picture < SelfTestPictures.COUNT; picture++) {
      assertThat(chosen.toFloats()[picture * row]).isNotEqualTo(edge);
    }
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
      float pixel = values[i * row];
      logits[i] = pixel + (Math.abs(pixel) > Math.abs(edge) ? 5 : 0);
    }
    return NpyArray.ofFloats(logits, count, 1);
  }
}
