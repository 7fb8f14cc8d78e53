package ai.dvt.server.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Preprocessing.Resize;
import ai.dvt.server.engine.InputRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class InputRowsTest {
  private final InputRows rows =
      new InputRows(
          new PictureDecoder(new PictureLimits(10_000, 1_000)),
          new Preprocessing(
              24, 20, Resize.SHORTER_SIDE, 26, List.of(.5f, .4f, .3f), List.of(.2f, .3f, .4f)));

  @Test
  void a_picture_file_and_its_pixels_give_the_same_input() throws Exception {
    byte[] file = TestPictures.bytes("decode/pillow-rgba.png");
    RgbPicture pixels = TestPictures.rgb("decode/pillow-rgba.png.png");
    InputRow encoded = rows.encoded(ByteBuffer.wrap(file));
    InputRow raw =
        rows.pixels(List.of((long) pixels.height(), (long) pixels.width(), 3L), pixels.pixels());
    assertThat(written(raw)).isEqualTo(written(encoded));
    assertThat(raw.queuedBytes()).isEqualTo(rows.pixelRowBytes());
  }

  @Test
  void pixels_may_lie_anywhere_in_a_read_only_buffer() throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(30 * 40 * 3 + 11);
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, (byte) (i * 31));
    }
    ByteBuffer middle = buffer.asReadOnlyBuffer().position(11);
    InputRow row = rows.pixels(List.of(30L, 40L, 3L), middle);
    InputRow copied =
        rows.pixels(List.of(30L, 40L, 3L), ByteBuffer.allocate(3600).put(middle.slice()).flip());
    assertThat(written(row)).isEqualTo(written(copied));
    assertThat(middle.position()).isEqualTo(11);
  }

  @Test
  void a_normalised_tensor_arrives_as_it_came_and_is_not_copied_before() throws Exception {
    ByteBuffer data = tensor();
    InputRow row = rows.normalised(List.of(3L, 24L, 20L), data.position(4).asReadOnlyBuffer());
    assertThat(row.queuedBytes()).isEqualTo(12 * 24 * 20).isEqualTo(rows.normalisedRowBytes());
    data.putFloat(4, 42f);
    float[] written = written(row);
    assertThat(written[0]).isEqualTo(42f);
    for (int i = 0; i < written.length; i++) {
      assertThat(written[i]).isEqualTo(data.getFloat(4 + 4 * i));
    }
  }

  @Test
  void a_tensor_with_a_value_that_is_no_number_is_refused() {
    ByteBuffer data = tensor().position(4).slice().order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(4 * 17, Float.NEGATIVE_INFINITY);
    refused(
        () -> rows.normalised(List.of(3L, 24L, 20L), data),
        "image.tensor.data[17]: -Infinity (expected: a finite value)");
  }

  @Test
  void a_tensor_of_another_shape_or_length_is_refused() {
    ByteBuffer data = tensor().position(4).slice();
    refused(
        () -> rows.normalised(List.of(24L, 20L, 3L), data),
        "image.tensor.shape: [24, 20, 3] (expected: [3, 24, 20] for FLOAT32)");
    refused(
        () -> rows.normalised(List.of(3L, 24L, 20L), data.limit(100)),
        "image.tensor.data: 100 bytes (expected: 5760 for shape [3, 24, 20])");
  }

  @Test
  void pixels_of_a_shape_that_is_no_picture_are_refused() {
    ByteBuffer data = ByteBuffer.allocate(600);
    refused(
        () -> rows.pixels(List.of(3L, 10L, 20L), data),
        "image.tensor.shape: [3, 10, 20] (expected: [height, width, 3] for UINT8)");
    refused(
        () -> rows.pixels(List.of(0L, 10L, 3L), data),
        "image.tensor.shape: 10x0 pixels (expected: at least 1x1)");
    refused(
        () -> rows.pixels(List.of(-1L, -200L, 3L), data),
        "image.tensor.shape: -200x-1 pixels (expected: at least 1x1)");
    refused(
        () -> rows.pixels(List.of(Long.MAX_VALUE, 2L, 3L), data),
        "image.tensor.shape: 2x9223372036854775807 pixels (expected: at most 1000 a side)");
    refused(
        () -> rows.pixels(List.of(10L, 21L, 3L), data),
        "image.tensor.data: 600 bytes (expected: 630 for shape [10, 21, 3])");
  }

  @Test
  void an_error_names_the_image_by_its_place_in_the_request() {
    try {
      rows.pixels(List.of(), ByteBuffer.allocate(0));
    } catch (PictureException e) {
      assertThat(e.field("images[3]")).isEqualTo("images[3].tensor.shape");
      assertThat(e.message("images[3]"))
          .isEqualTo("images[3].tensor.shape: [] (expected: [height, width, 3] for UINT8)");
    }
  }

  /** Four bytes of something else, then a tensor [3, 24, 20]. */
  private static ByteBuffer tensor() {
    ByteBuffer data = ByteBuffer.allocate(4 + 12 * 24 * 20).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(5);
    for (int i = 0; i < data.capacity(); i += 4) {
      data.putFloat(i, random.nextFloat() - 0.5f);
    }
    return data;
  }

  private static float[] written(InputRow row) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(12 * 24 * 20).order(ByteOrder.nativeOrder());
    row.writeTo(buffer.duplicate().order(ByteOrder.nativeOrder()));
    float[] values = new float[3 * 24 * 20];
    buffer.asFloatBuffer().get(values);
    return values;
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(PictureException.class).hasMessage(message);
  }
}
