package ai.dvt.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.checkpoint.pickle.PickleBuilder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test per way a legacy container can lie. */
class LegacyLiesTest {
  @TempDir Path folder;

  @Test
  void an_honest_file_is_read() {
    byte[] file = file(object(3, ""), new String[] {"7"}, 3, 1, 2, 3);
    assertThat(Lies.readAll(Lies.write(folder, file)).get("w")).containsExactly(1, 2, 3);
  }

  @Test
  void a_view_of_a_storage_is_read() {
    byte[] file = file(object(3, "1,3"), new String[] {"7"}, 5, 0, 1, 2, 3, 4);
    assertThat(Lies.readAll(Lies.write(folder, file)).get("w")).containsExactly(1, 2, 3);
  }

  @Test
  void a_truncated_file_is_refused_wherever_it_ends() {
    byte[] honest = file(object(3, ""), new String[] {"7"}, 3, 1, 2, 3);
    for (int length = 1; length < honest.length; length++) {
      Lies.refused(folder, Arrays.copyOf(honest, length), "expected");
    }
  }

  @Test
  void a_wrong_magic_number_is_refused() {
    Lies.refused(folder, PickleBuilder.protocol2().op("K\1.").bytes(), "magic number");
    Lies.refused(folder, PickleBuilder.protocol2().op("}.").bytes(), "magic number");
  }

  @Test
  void a_wrong_protocol_is_refused() {
    byte[] file = magic().append(PickleBuilder.protocol2().op("K\1.")).bytes();
    Lies.refused(folder, file, "legacy protocol (expected: 1001)");
  }

  @Test
  void a_big_endian_machine_is_refused() {
    byte[] file =
        magic()
            .append(PickleBuilder.protocol2().op("M\u00e9\3."))
            .append(PickleBuilder.protocol2().op("}").text("little_endian").raw(0x89).op("s."))
            .bytes();
    Lies.refused(folder, file, "big-endian");
  }

  @Test
  void a_count_that_differs_from_the_object_is_refused() {
    Lies.refused(
        folder,
        file(object(3, ""), new String[] {"7"}, 2, 1, 2),
        "storage 7: 2 elements (expected: 3), for tensor w");
  }

  @Test
  void a_count_beyond_the_file_is_refused() {
    Lies.refused(
        folder, file(object(3, ""), new String[] {"7"}, Long.MAX_VALUE, 1, 2, 3), "is cut off");
    Lies.refused(folder, file(object(3, ""), new String[] {"7"}, -1, 1, 2, 3), "storage 7: -1");
  }

  @Test
  void a_storage_without_key_is_refused() {
    Lies.refused(folder, file(object(3, ""), new String[] {}, 3, 1, 2, 3), "storage 7: absent");
  }

  @Test
  void a_key_without_storage_type_is_refused() {
    Lies.refused(
        folder, file(object(3, ""), new String[] {"8", "7"}, 3, 1, 2, 3), "storage 8: of unknown");
  }

  @Test
  void a_key_given_twice_is_refused() {
    Lies.refused(
        folder, file(object(0, ""), new String[] {"7", "7"}, 0, 0, 0), "list of different texts");
  }

  @Test
  void a_view_beyond_its_storage_is_refused() {
    Lies.refused(
        folder, file(object(3, "1,3"), new String[] {"7"}, 3, 1, 2, 3), "expected: at least 4");
    Lies.refused(folder, file(object(3, "-1,3"), new String[] {"7"}, 3, 1, 2, 3), "storage 7");
  }

  @Test
  void a_pickle_that_calls_a_function_is_refused() {
    PickleBuilder call =
        PickleBuilder.protocol2().global("builtins", "eval").text("1").raw(0x85).op("R.");
    Lies.refused(
        folder,
        file(call, new String[] {}, 0),
        "object: pickle at byte 2: refers to builtins.eval");
  }

  private static PickleBuilder magic() {
    return PickleBuilder.protocol2()
        .raw(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)
        .op(".");
  }

  /** A dict with one vector over storage 7; {@code view} is empty or "offset,count". */
  private static PickleBuilder object(long count, String view) {
    PickleBuilder tensor =
        PickleBuilder.protocol2()
            .op("}")
            .text("w")
            .global("torch._utils", "_rebuild_tensor_v2")
            .op("((")
            .text("storage")
            .global("torch", "FloatStorage")
            .text("7")
            .text("cpu")
            .integer(count);
    if (view.isEmpty()) {
      tensor.op("N");
    } else {
      String[] parts = view.split(",");
      tensor
          .op("(")
          .text("9")
          .integer(Long.parseLong(parts[0]))
          .integer(Long.parseLong(parts[1]))
          .op("t");
    }
    return tensor.op("tQK\0").integers(count).integers(1).raw(0x89).op("NtRs.");
  }

  private static byte[] file(PickleBuilder object, String[] keys, long count, float... values) {
    PickleBuilder list = PickleBuilder.protocol2().op("](");
    for (String key : keys) {
      list.text(key);
    }
    PickleBuilder file =
        magic()
            .append(PickleBuilder.protocol2().op("M\u00e9\3."))
            .append(PickleBuilder.protocol2().op("}").text("little_endian").raw(0x88).op("s."))
            .append(object)
            .append(list.op("e."))
            .little(8, count);
    for (byte value : TorchZip.bytes(values)) {
      file.raw(value);
    }
    return file.bytes();
  }
}
