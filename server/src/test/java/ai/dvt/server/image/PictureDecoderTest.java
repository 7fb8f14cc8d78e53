package ai.dvt.server.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PictureDecoderTest {
  private final PictureDecoder decoder = new PictureDecoder(PictureLimits.DEFAULT);

  static Stream<String> jpegs() {
    return TestPictures.lines("decode/index.txt").stream().filter(name -> name.endsWith(".jpg"));
  }

  static Stream<String> others() {
    return TestPictures.lines("decode/index.txt").stream().filter(name -> !name.endsWith(".jpg"));
  }

  /** Decoders of the libjpeg family differ by a level where they round. */
  @ParameterizedTest
  @MethodSource("jpegs")
  void a_jpeg_file_is_on_average_within_a_level_of_pillow(String name) throws Exception {
    double[] difference = difference(name);
    assertThat(difference[1]).as("mean difference of %s", name).isLessThanOrEqualTo(1.0);
    assertThat(difference[0]).as("largest difference of %s", name).isLessThanOrEqualTo(8);
  }

  @ParameterizedTest
  @MethodSource("others")
  void a_lossless_file_equals_pillow(String name) throws Exception {
    assertThat(difference(name)[0]).as("largest difference of %s", name).isZero();
  }

  private double[] difference(String name) throws PictureException {
    RgbPicture expected = TestPictures.rgb("decode/" + name + ".png");
    RgbPicture got = decoder.decode(ByteBuffer.wrap(TestPictures.bytes("decode/" + name)));
    assertThat(got.width()).isEqualTo(expected.width());
    assertThat(got.height()).isEqualTo(expected.height());
    return TestPictures.difference(TestPictures.values(got), TestPictures.values(expected));
  }

  @Test
  void there_are_at_least_twenty_jpeg_cases() {
    assertThat(jpegs().count()).isGreaterThanOrEqualTo(20);
  }

  @Test
  void a_file_in_the_middle_of_a_read_only_direct_buffer_decodes_and_leaves_the_buffer_alone()
      throws Exception {
    byte[] file = TestPictures.bytes("decode/420.jpg");
    ByteBuffer buffer = ByteBuffer.allocateDirect(file.length + 20);
    buffer.position(7).put(file).flip().position(7);
    ByteBuffer given = buffer.asReadOnlyBuffer();
    RgbPicture picture = decoder.decode(given);
    assertThat(picture.width()).isEqualTo(96);
    assertThat(given.position()).isEqualTo(7);
    assertThat(given.remaining()).isEqualTo(file.length);
  }

  @Test
  void pictures_of_one_thread_share_one_buffer() throws Exception {
    ByteBuffer large = decoder.decode(file("420.jpg")).pixels();
    assertThat(decoder.decode(file("7x5.jpg")).pixels().array()).isSameAs(large.array());
    assertThat(decoder.decode(file("rgb-8.png")).pixels().array()).isSameAs(large.array());
  }

  @Test
  void many_threads_decode_the_same_pictures_alike() throws Exception {
    List<String> names = TestPictures.lines("decode/index.txt");
    var executor = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> tasks =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      (Callable<Void>)
                          () -> {
                            for (String name : names) {
                              assertThat(difference(name)[1]).as(name).isLessThanOrEqualTo(1.0);
                            }
                            return null;
                          })
              .toList();
      for (Future<Void> done : executor.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void an_empty_image_is_refused() {
    refused(new byte[0], "image: no bytes (expected: a JPEG, PNG, BMP or GIF file)");
  }

  @Test
  void bytes_that_are_no_picture_are_refused() {
    refused(
        "hello, world".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        "image: 12 bytes starting with 68656c6c6f2c2077 (expected: a JPEG, PNG, BMP or GIF file)");
  }

  /** A bomb: the header says more than the limit, the file is small. */
  @ParameterizedTest
  @MethodSource("bombs")
  void a_picture_over_the_limit_is_refused_from_its_header(String name, byte[] bomb) {
    refused(bomb, "(expected: at most 16384 a side)");
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> bombs() {
    byte[] png = TestPictures.bytes("decode/rgb-8.png");
    png[17] = 1; // width 65,5xx
    byte[] gif = TestPictures.bytes("decode/palette.gif");
    gif[7] = 0x7f;
    byte[] bmp = TestPictures.bytes("decode/rgb.bmp");
    bmp[20] = 1;
    byte[] jpeg = TestPictures.bytes("decode/420.jpg");
    for (int i = 0; i < jpeg.length; i++) {
      if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xc0) {
        jpeg[i + 5] = 0x7f;
        break;
      }
    }
    return Stream.of(
        org.junit.jupiter.params.provider.Arguments.of("png", png),
        org.junit.jupiter.params.provider.Arguments.of("gif", gif),
        org.junit.jupiter.params.provider.Arguments.of("bmp", bmp),
        org.junit.jupiter.params.provider.Arguments.of("jpeg", jpeg));
  }

  @Test
  void a_picture_with_too_many_pixels_is_refused_though_no_side_is_too_long() {
    PictureDecoder small = new PictureDecoder(new PictureLimits(96 * 64 - 1, 1000));
    assertThatThrownBy(() -> small.decode(file("420.jpg")))
        .isInstanceOf(PictureException.class)
        .hasMessage("image: 96x64 pixels (expected: at most 6143 pixels)");
  }

  /** Pillow refuses all of these too. */
  @ParameterizedTest
  @MethodSource("cutFiles")
  void a_file_that_is_cut_short_is_refused(String name, int percent) {
    byte[] file = TestPictures.bytes("decode/" + name);
    refused(Arrays.copyOf(file, file.length * percent / 100), "image: ");
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> cutFiles() {
    return Stream.of(
            "420.jpg",
            "grey.jpg",
            "progressive-420.jpg",
            "cmyk.jpg",
            "rgb-8.png",
            "palette-4.png",
            "interlaced.png",
            "rgb.bmp",
            "palette.bmp",
            "palette.gif",
            "interlaced.gif")
        .flatMap(
            name ->
                IntStream.of(1, 3, 10, 30, 60, 90, 97)
                    .mapToObj(cut -> org.junit.jupiter.params.provider.Arguments.of(name, cut)));
  }

  @Test
  void any_byte_of_a_file_may_be_wrong_and_only_a_picture_exception_comes_of_it() {
    for (String name : List.of("420-odd.jpg", "palette-4.png", "555.bmp", "offset.gif")) {
      byte[] file = TestPictures.bytes("decode/" + name);
      for (int i = 2; i < Math.min(file.length, 400); i++) {
        byte[] wrong = file.clone();
        wrong[i] ^= (byte) (i * 37 | 1);
        try {
          new PictureDecoder(new PictureLimits(1 << 20, 4096)).decode(ByteBuffer.wrap(wrong));
        } catch (PictureException e) {
          assertThat(e).hasMessageContaining("(expected: ");
        }
      }
    }
  }

  /** 200 MB of text in a chunk that says nothing of the pixels. */
  @Test
  void compressed_text_in_a_png_file_is_never_opened() throws Exception {
    byte[] file = TestPictures.bytes("decode/palette-4.png");
    var deflated = new java.io.ByteArrayOutputStream();
    deflated.writeBytes(new byte[] {'z', 0, 0});
    try (var out = new java.util.zip.DeflaterOutputStream(deflated)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 200; i++) {
        out.write(zeros);
      }
    }
    int header = 8 + 12 + 13;
    ByteBuffer bomb = ByteBuffer.allocate(file.length + 12 + deflated.size());
    bomb.put(file, 0, header).putInt(deflated.size()).putInt(0x7a545874);
    bomb.put(deflated.toByteArray()).putInt(0).put(file, header, file.length - header).flip();
    long before = allocated();
    RgbPicture picture = decoder.decode(bomb);
    assertThat(allocated() - before).isLessThan(20 << 20);
    assertThat(TestPictures.values(picture))
        .isEqualTo(TestPictures.values(TestPictures.rgb("decode/palette-4.png.png")));
  }

  @Test
  void decoding_again_allocates_no_memory_for_the_pixels_of_a_jpeg_file() throws Exception {
    byte[] file = TestPictures.bytes("fixture/large.jpg");
    RgbPicture picture = decoder.decode(ByteBuffer.wrap(file));
    long pixelBytes = 3L * picture.width() * picture.height();
    long before = allocated();
    decoder.decode(ByteBuffer.wrap(file));
    assertThat(allocated() - before).isLessThan(pixelBytes / 2);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  private static ByteBuffer file(String name) {
    return ByteBuffer.wrap(TestPictures.bytes("decode/" + name));
  }

  private void refused(byte[] file, String message) {
    assertThatThrownBy(() -> decoder.decode(ByteBuffer.wrap(file)))
        .isInstanceOf(PictureException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("(expected: ");
  }
}
