package ai.dvt.cascade.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(NpyType.class)
  void every_type_reads_back_as_it_was_written(NpyType type) throws IOException {
    byte[] bytes = new byte[2 * 3 * 5 * type.bytes()];
    new Random(7).nextBytes(bytes);
    Path file = folder.resolve("a.npy");
    NpyFile.write(file, new NpyArray(type, List.of(2, 3, 5), ByteBuffer.wrap(bytes)));
    for (NpyArray read : List.of(NpyFile.read(file), NpyFile.readDirect(file))) {
      assertThat(read.type()).isEqualTo(type);
      assertThat(read.shape()).containsExactly(2, 3, 5);
      assertThat(read.data()).isEqualTo(ByteBuffer.wrap(bytes));
    }
    assertThat(NpyFile.readDirect(file).data().isDirect()).isTrue();
  }

  @Test
  void scalars_and_empty_tensors_read_back() throws IOException {
    NpyFile.write(folder.resolve("scalar.npy"), NpyArray.ofFloats(new float[] {4}));
    assertThat(NpyFile.read(folder.resolve("scalar.npy")).shape()).isEmpty();
    assertThat(NpyFile.read(folder.resolve("scalar.npy")).toFloats()).containsExactly(4);
    NpyFile.write(folder.resolve("empty.npy"), NpyArray.ofFloats(new float[0], 3, 0));
    assertThat(NpyFile.read(folder.resolve("empty.npy")).shape()).containsExactly(3, 0);
  }

  @Test
  void the_written_bytes_are_those_of_numpy() throws IOException {
    Path file = folder.resolve("a.npy");
    NpyFile.write(file, NpyArray.ofFloats(new float[] {1, 2}, 2));
    String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    ByteBuffer expected = ByteBuffer.allocate(128 + 8).order(ByteOrder.LITTLE_ENDIAN);
    expected.put("\u0093NUMPY\u0001\u0000\u0076\u0000".getBytes(StandardCharsets.ISO_8859_1));
    expected.put(
        (text + " ".repeat(118 - text.length() - 1) + "\n").getBytes(StandardCharsets.UTF_8));
    expected.putFloat(1).putFloat(2).flip();
    assertThat(ByteBuffer.wrap(Files.readAllBytes(file))).isEqualTo(expected);
  }

  @Test
  void float16_widens_exactly() {
    short[] halves = {0x3c00, (short) 0xc000, 0x0001, 0x03ff, 0x7bff, 0x7c00, (short) 0xfc00};
    float[] values = {1, -2, 0x1p-24f, 0x3ffp-24f, 65504, 1 / 0f, -1 / 0f};
    ByteBuffer data = ByteBuffer.allocate(14).order(ByteOrder.LITTLE_ENDIAN);
    data.asShortBuffer().put(halves);
    NpyArray array = new NpyArray(NpyType.FLOAT16, List.of(7), data);
    assertThat(array.toFloats()).containsExactly(values);
    assertThatThrownBy(array::floatBuffer).hasMessageContaining("FLOAT16");
    assertThatThrownBy(array::toLongs).hasMessageContaining("integer");
  }

  @Test
  void a_version_2_file_of_integers_reads() throws IOException {
    Path file = folder.resolve("a.npy");
    byte[] whole = bytes(2, "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1), }", 16);
    ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(whole.length - 8, Long.MIN_VALUE);
    Files.write(file, whole);
    NpyArray array = NpyFile.read(file);
    assertThat(array.type()).isEqualTo(NpyType.INT64);
    assertThat(array.shape()).containsExactly(2, 1);
    assertThat(array.toLongs()).containsExactly(0, Long.MIN_VALUE);
    assertThat(array.toDoubles()).containsExactly(0, -0x1p63);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2, }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, }",
        "{'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 'x'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} __import__('os')",
        "[]",
        ""
      })
  void a_header_that_lies_is_refused(String header) throws IOException {
    Path file = folder.resolve("hostile.npy");
    Files.write(file, bytes(1, header, 8));
    assertThatThrownBy(() -> NpyFile.read(file))
        .isInstanceOf(NpyException.class)
        .hasMessageStartingWith("hostile.npy: ")
        .hasMessageContaining("(expected: ");
  }

  @Test
  void every_truncation_is_refused() throws IOException {
    byte[] whole = bytes(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8);
    Path file = folder.resolve("cut.npy");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> NpyFile.read(file)).isInstanceOf(NpyException.class);
    }
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length + 1));
    assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("data: 9 bytes");
  }

  @Test
  void other_magic_version_and_header_lengths_are_refused() throws IOException {
    Path file = folder.resolve("hostile.npy");
    byte[] good = bytes(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8);
    Files.write(file, good);
    assertThat(NpyFile.read(file).elements()).isEqualTo(2);
    byte[] magic = good.clone();
    magic[0] = 'N';
    Files.write(file, magic);
    assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("magic");
    byte[] version = good.clone();
    version[6] = 9;
    Files.write(file, version);
    assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("version: 9.0");
    byte[] length = good.clone();
    length[11] = (byte) 0xff;
    Files.write(file, length);
    assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("header length: 42781");
  }

  @Test
  void an_existing_file_is_not_overwritten() throws IOException {
    Path file = Files.createFile(folder.resolve("there.npy"));
    assertThatThrownBy(() -> NpyFile.write(file, NpyArray.ofFloats(new float[1], 1)))
        .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
  }

  private static byte[] bytes(int version, String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file =
        ByteBuffer.allocate((version == 1 ? 10 : 12) + text.length + dataBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.put("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1)).put((byte) version).put((byte) 0);
    if (version == 1) {
      file.putShort((short) text.length);
    } else {
      file.putInt(text.length);
    }
    return file.put(text).array();
  }
}
