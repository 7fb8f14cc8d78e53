package ai.dvt.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
  @TempDir private Path folder;

  @Test
  void a_float32_array_is_read() throws Exception {
    NpyFile file = read("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24);
    assertThat(file.shape()).containsExactly(2L, 3L);
    assertThat(file.values().remaining()).isEqualTo(6);
    assertThat(file.values().get(5)).isEqualTo(5f);
  }

  @Test
  void a_vector_is_read() throws Exception {
    assertThat(read("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12).shape())
        .containsExactly(3L);
  }

  @Test
  void another_type_is_refused() {
    refused("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", 24, "type <f8");
  }

  @Test
  void another_order_is_refused() {
    refused("{'descr': '<f4', 'fortran_order': True, 'shape': (3,), }", 12, "Fortran");
  }

  @Test
  void missing_and_surplus_values_are_refused() {
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8, "8 bytes of values");
    refused("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 16, "16 bytes of values");
  }

  @Test
  void an_absurd_shape_is_refused() {
    refused(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }",
        16,
        "16 bytes of values");
  }

  private NpyFile read(String header, int bytes) throws Exception {
    ByteBuffer file =
        ByteBuffer.allocate(10 + header.length() + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < bytes / 4; i++) {
      file.putFloat(i);
    }
    Path path = folder.resolve("array.npy");
    Files.write(path, file.array());
    return NpyFile.read(path);
  }

  private void refused(String header, int bytes, String message) {
    assertThatThrownBy(() -> read(header, bytes))
        .isInstanceOf(RepositoryException.class)
        .hasMessageStartingWith("array.npy: ")
        .hasMessageContaining(message);
  }
}
