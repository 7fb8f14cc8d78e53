package ai.dvt.exporter.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Preprocessing.Resize;
import ai.dvt.cascade.npy.NpyArray;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelfTestPicturesTest {
  static Preprocessing plain(int side) {
    return new Preprocessing(side, side, Resize.NONE, 0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
  }

  @Test
  void pictures_are_the_same_every_time_and_differ_from_each_other() {
    NpyArray input = SelfTestPictures.input(plain(32));
    assertThat(input.shape()).containsExactly(4, 3, 32, 32);
    assertThat(input.toFloats()).isEqualTo(SelfTestPictures.input(plain(32)).toFloats());
    float[] values = input.toFloats();
    int picture = 3 * 32 * 32;
    for (int i = 1; i < 4; i++) {
      float difference = 0;
      for (int j = 0; j < picture; j++) {
        difference += Math.abs(values[j] - values[i * picture + j]);
      }
      assertThat(difference / picture).isGreaterThan(0.1f);
    }
  }

  @Test
  void of_large_pictures_there_are_fewer() {
    assertThat(SelfTestPictures.input(plain(224)).shape()).containsExactly(2, 3, 224, 224);
    assertThat(SelfTestPictures.count(plain(384))).isEqualTo(1);
    assertThat(SelfTestPictures.count(plain(8192))).isEqualTo(1);
  }

  @Test
  void every_value_is_a_grey_level_and_no_patch_is_flat() {
    float[] values = SelfTestPictures.input(plain(64)).toFloats();
    for (float value : values) {
      assertThat(value * 255).isBetween(0f, 255f);
    }
    for (int plane = 0; plane < 12; plane++) {
      for (int y = 0; y < 64; y += 8) {
        for (int x = 0; x < 64; x += 8) {
          float low = 1;
          float high = 0;
          for (int i = 0; i < 64; i++) {
            float value = values[plane * 64 * 64 + (y + i / 8) * 64 + x + i % 8];
            low = Math.min(low, value);
            high = Math.max(high, value);
          }
          assertThat((high - low) * 255).isGreaterThan(6);
        }
      }
    }
  }

  @Test
  void values_are_normalised_channel_by_channel() {
    float[] values = SelfTestPictures.input(plain(8)).toFloats();
    float[] normalised =
        SelfTestPictures.input(
                new Preprocessing(
                    8, 8, Resize.NONE, 0, List.of(.1f, .2f, .3f), List.of(.5f, .25f, 2f)))
            .toFloats();
    float[] mean = {.1f, .2f, .3f};
    float[] std = {.5f, .25f, 2f};
    for (int i = 0; i < values.length; i++) {
      int channel = i / 64 % 3;
      assertThat(normalised[i]).isEqualTo((values[i] - mean[channel]) / std[channel]);
    }
  }
}
