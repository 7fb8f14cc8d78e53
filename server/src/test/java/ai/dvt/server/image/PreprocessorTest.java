package ai.dvt.server.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Preprocessing.Resize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against Pillow's own results: {@code pictures/resize}, and the authors' steps: fixture. */
class PreprocessorTest {
  private static final List<Float> MEAN = List.of(.485f, .456f, .406f);
  private static final List<Float> STD = List.of(.229f, .224f, .225f);

  static Stream<String> cases() {
    return TestPictures.lines("resize/index.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_crop_equals_pillows_bit_for_bit(String line) throws Exception {
    String[] words = line.split(" ");
    Preprocessing preprocessing =
        new Preprocessing(
            Integer.parseInt(words[2]),
            Integer.parseInt(words[3]),
            words[1].equals("shorter") ? Resize.SHORTER_SIDE : Resize.STRETCH,
            Integer.parseInt(words[4]),
            MEAN,
            STD);
    checkCrop(
        preprocessing,
        TestPictures.rgb("resize/" + words[0] + ".png"),
        TestPictures.rgb("resize/" + words[0] + ".crop.png"));
  }

  private static final Preprocessing AUTHORS =
      new Preprocessing(224, 224, Resize.SHORTER_SIDE, 256, MEAN, STD);

  private record Fixture(int number, double[] tensorMean, double[] tensorCorner) {}

  static Stream<Fixture> fixtures() {
    return Stream.of(
        new Fixture(
            0,
            new double[] {0.4982912540435791, 0.047528382390737534, -0.09536628425121307},
            new double[] {0.46793392300605774, -0.8627449870109558, 1.7162529230117798}),
        new Fixture(
            1,
            new double[] {0.21401101350784302, 0.7718282341957092, -0.26595190167427063},
            new double[] {0.4850586950778961, 1.0630252361297607, 0.4090632498264313}));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void the_authors_pictures_become_their_tensors(Fixture fixture) throws Exception {
    RgbPicture picture = TestPictures.rgb("fixture/preprocess" + fixture.number + ".png");
    checkCrop(
        AUTHORS, picture, TestPictures.rgb("fixture/preprocess" + fixture.number + ".crop.png"));
    ByteBuffer tensor = ByteBuffer.allocateDirect(12 * 224 * 224).order(ByteOrder.nativeOrder());
    new Preprocessor(AUTHORS).row(picture).writeTo(tensor.duplicate().order(tensor.order()));
    for (int channel = 0; channel < 3; channel++) {
      double sum = 0;
      for (int i = 0; i < 224 * 224; i++) {
        sum += tensor.getFloat(4 * (channel * 224 * 224 + i));
      }
      assertThat(sum / (224 * 224)).isCloseTo(fixture.tensorMean[channel], within(1e-6));
      assertThat((double) tensor.getFloat(4 * channel * 224 * 224))
          .isCloseTo(fixture.tensorCorner[channel], within(1e-6));
    }
  }

  @Test
  void a_row_is_written_at_the_buffers_position_and_may_be_written_again() throws Exception {
    Preprocessing small = new Preprocessing(2, 2, Resize.NONE, 0, MEAN, STD);
    ByteBuffer pixels = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte) 255});
    var row = new Preprocessor(small).row(new RgbPicture(2, 2, pixels));
    assertThat(row.queuedBytes()).isEqualTo(12);
    ByteBuffer batch = ByteBuffer.allocateDirect(2 * 48).order(ByteOrder.nativeOrder());
    for (int i = 0; i < 2; i++) {
      row.writeTo(batch.slice(48, 48).order(ByteOrder.nativeOrder()));
    }
    ByteBuffer second = batch.duplicate().order(ByteOrder.nativeOrder()).position(48);
    row.writeTo(second);
    assertThat(batch.getFloat(0)).isZero();
    assertThat(batch.getFloat(48)).isEqualTo((0f - .485f) / .229f);
    assertThat(batch.getFloat(52)).isEqualTo((3 / 255f - .485f) / .229f);
    assertThat(batch.getFloat(48 + 4 * 11)).isEqualTo((1f - .406f) / .225f);
  }

  @Test
  void a_model_without_resize_takes_its_own_size_only() {
    Preprocessor exact = new Preprocessor(new Preprocessing(32, 32, Resize.NONE, 0, MEAN, STD));
    assertThatThrownBy(() -> exact.row(new RgbPicture(31, 32, ByteBuffer.allocate(3 * 31 * 32))))
        .isInstanceOf(PictureException.class)
        .hasMessage(
            "image: 31x32 pixels (expected: 32x32, the only size of a model that does not resize)");
  }

  @Test
  void more_sizes_than_are_cached_give_the_same_answers() throws Exception {
    Preprocessor preprocessor =
        new Preprocessor(new Preprocessing(8, 8, Resize.SHORTER_SIDE, 8, MEAN, STD));
    RgbPicture picture = TestPictures.rgb("resize/landscape.png");
    byte[] first = preprocessor.crop(picture);
    for (int size = 1; size < 200; size++) {
      preprocessor.crop(new RgbPicture(size, size, ByteBuffer.allocate(3 * size * size)));
    }
    assertThat(preprocessor.crop(picture)).isEqualTo(first);
  }

  private static void checkCrop(
      Preprocessing preprocessing, RgbPicture picture, RgbPicture expected) throws Exception {
    byte[] crop = new Preprocessor(preprocessing).crop(picture);
    int plane = preprocessing.height() * preprocessing.width();
    int[] got = new int[3 * plane];
    for (int i = 0; i < got.length; i++) {
      got[i] = crop[i % 3 * plane + i / 3] & 0xff;
    }
    assertThat(TestPictures.difference(got, TestPictures.values(expected)))
        .as("largest and mean difference")
        .containsExactly(0, 0);
  }
}
