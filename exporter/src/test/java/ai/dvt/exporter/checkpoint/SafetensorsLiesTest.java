package ai.dvt.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test per way a safetensors file can lie. */
class SafetensorsLiesTest {
  private static final String A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
  private static final String B = "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}";

  @TempDir Path folder;

  @Test
  void an_honest_file_is_read_with_padding_and_metadata() {
    byte[] file = file("{\"__metadata__\":{\"format\":\"pt\"}," + B + "," + A + "}   ", 1, 2, 3);
    assertThat(Lies.readAll(Lies.write(folder, file)))
        .hasEntrySatisfying("a", a -> assertThat(a).containsExactly(1, 2))
        .hasEntrySatisfying("b", b -> assertThat(b).containsExactly(3));
  }

  @Test
  void a_header_length_that_looks_like_a_pickle_is_no_pickle() {
    String header = "{" + A + "}";
    byte[] file = file(header + " ".repeat(0x280 - header.length()), 1, 2);
    assertThat(file[0]).isEqualTo((byte) 0x80);
    assertThat(Lies.readAll(Lies.write(folder, file))).containsOnlyKeys("a");
  }

  @Test
  void a_truncated_file_is_refused_wherever_it_ends() {
    byte[] honest = file("{" + A + "," + B + "}", 1, 2, 3);
    for (int length = 1; length < honest.length; length++) {
      Lies.refused(folder, Arrays.copyOf(honest, length), "expected");
    }
  }

  @Test
  void an_absurd_header_length_is_refused() {
    for (long length : new long[] {-1, Long.MAX_VALUE, 100_000_001, 200}) {
      byte[] file = file("{" + A + "}", 1, 2);
      ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Lies.refused(folder, file, "header length " + Long.toUnsignedString(length));
    }
  }

  @Test
  void a_header_that_is_not_json_is_refused() {
    for (String header :
        new String[] {"{a:1}", "{\"a\"", "{\"a\":}", "{\"a\":3}", "{} {}", "{'a':{}}", "{}x"}) {
      Lies.refused(folder, file(header), "header", "JSON");
    }
  }

  @Test
  void a_header_that_is_not_utf_8_is_refused() {
    byte[] file = file("{\"__metadata__\":{\"x\":\"?\"}}");
    file[file.length - 4] = (byte) 0xff;
    Lies.refused(folder, file, "UTF-8");
  }

  @Test
  void a_deeply_nested_header_is_refused() {
    Lies.refused(folder, file("{\"a\":{\"x\":" + "[".repeat(100_000) + "}}"), "header");
  }

  @Test
  void a_tensor_without_dtype_shape_or_offsets_is_refused() {
    Lies.refused(
        folder, file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 1, 2), "tensor a: header");
    Lies.refused(folder, file("{\"a\":{}}"), "tensor a: header");
    Lies.refused(folder, tensor("F32", "[2]", "[0]", 1, 2), "tensor a: header");
  }

  @Test
  void duplicate_names_are_refused() {
    Lies.refused(folder, file("{" + A + "," + A + "}", 1, 2), "tensor a: twice");
  }

  @Test
  void an_unknown_dtype_is_refused() {
    Lies.refused(folder, tensor("F8_E4M3", "[8]", "[0,8]", 1, 2), "tensor a: dtype F8_E4M3");
  }

  @Test
  void negative_and_reversed_offsets_are_refused() {
    Lies.refused(folder, tensor("F32", "[2]", "[-8,0]", 1, 2), "data_offsets [-8, 0]");
    Lies.refused(folder, tensor("F32", "[2]", "[8,0]", 1, 2), "data_offsets [8, 0]");
  }

  @Test
  void offsets_outside_the_file_are_refused() {
    Lies.refused(folder, tensor("F32", "[4]", "[0,16]", 1, 2), "data_offsets [0, 16]", "<= 8");
    Lies.refused(
        folder, tensor("F32", "[2]", "[0,9223372036854775807]", 1, 2), "data_offsets", "<= 8");
  }

  @Test
  void offsets_that_are_no_64_bit_integers_are_refused() {
    Lies.refused(folder, tensor("F32", "[2]", "[0,99999999999999999999]", 1, 2), "header");
    Lies.refused(folder, tensor("F32", "[2]", "[0,8.5]", 1, 2), "header");
    Lies.refused(folder, tensor("F32", "[2]", "[0,\"8\"]", 1, 2), "tensor a: header");
  }

  @Test
  void overlapping_tensors_are_refused() {
    String overlap = B.replace("[8,12]", "[4,8]");
    Lies.refused(folder, file("{" + A + "," + overlap + "}", 1, 2), "tensor b", "overlap");
  }

  @Test
  void holes_between_tensors_are_refused() {
    String later = B.replace("[8,12]", "[12,16]");
    Lies.refused(folder, file("{" + A + "," + later + "}", 1, 2, 3, 4), "tensor b", "hole");
  }

  @Test
  void data_nobody_owns_is_refused() {
    Lies.refused(folder, file("{" + A + "}", 1, 2, 3), "data of 12 bytes (expected: 8");
  }

  @Test
  void a_shape_of_another_size_is_refused() {
    Lies.refused(folder, tensor("F32", "[1]", "[0,8]", 1, 2), "tensor a: 8 bytes (expected: 4");
    Lies.refused(folder, tensor("F32", "[3]", "[0,8]", 1, 2), "tensor a: elements 0 to 2");
    Lies.refused(folder, tensor("F64", "[2]", "[0,8]", 1, 2), "tensor a: elements 0 to 1");
  }

  @Test
  void shapes_that_overflow_or_are_negative_are_refused() {
    Lies.refused(folder, tensor("F32", "[-2]", "[0,8]", 1, 2), "tensor a", "none negative");
    Lies.refused(
        folder, tensor("F32", "[2147483647,2147483647,2147483647]", "[0,8]", 1, 2), "tensor a");
    Lies.refused(folder, tensor("F32", "[4611686018427387904,4]", "[0,8]", 1, 2), "tensor a");
    Lies.refused(folder, tensor("F32", "[" + "1,".repeat(40) + "2]", "[0,8]", 1, 2), "at most 16");
  }

  private static byte[] tensor(String dtype, String shape, String offsets, float... values) {
    return file(
        "{\"a\":{\"dtype\":\""
            + dtype
            + "\",\"shape\":"
            + shape
            + ",\"data_offsets\":"
            + offsets
            + "}}",
        values);
  }

  private static byte[] file(String header, float... values) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    byte[] data = TorchZip.bytes(values);
    return ByteBuffer.allocate(8 + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }
}
