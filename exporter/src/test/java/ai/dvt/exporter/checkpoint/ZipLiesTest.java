package ai.dvt.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.checkpoint.pickle.PickleBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test per way a zip container can lie. */
class ZipLiesTest {
  @TempDir Path folder;

  @Test
  void an_honest_file_is_read() {
    byte[] honest = good().bytes();
    assertThat(Lies.readAll(Lies.write(folder, honest)).get("w")).containsExactly(1, 2, 3, 4);
  }

  @Test
  void transposed_and_shifted_views_are_read() {
    byte[] view = matrix(6, 1, new long[] {2, 2}, new long[] {1, 3});
    byte[] file = TorchZip.with(view).floats("0", 0, 1, 2, 3, 4, 5).bytes();
    assertThat(Lies.readAll(Lies.write(folder, file)).get("w")).containsExactly(1, 4, 2, 5);
  }

  @Test
  void a_truncated_file_is_refused_wherever_it_ends() {
    byte[] honest = good().bytes();
    for (int length = 1; length < honest.length; length++) {
      Lies.refused(folder, Arrays.copyOf(honest, length), "expected");
    }
  }

  @Test
  void an_empty_file_is_refused() {
    Lies.refused(folder, new byte[0], "starts with ''");
  }

  @Test
  void a_text_file_is_refused() {
    Lies.refused(folder, TorchZip.ascii("version https://git-lfs"), "starts with 'version https");
  }

  @Test
  void a_zip_without_data_pkl_is_refused() {
    Lies.refused(folder, new TorchZip().entry("a/b.pkl", new byte[3]).bytes(), "ROOT/data.pkl");
  }

  @Test
  void two_data_pkl_are_refused() {
    byte[] two = good().entry("other/data.pkl", new byte[3]).bytes();
    Lies.refused(folder, two, "archive/data.pkl and other/data.pkl", "one data.pkl");
  }

  @Test
  void an_entry_that_is_twice_in_the_directory_is_refused() {
    byte[] file = good().entry("archive/data/1", new byte[3]).bytes();
    for (int i = 0; i + 14 < file.length; i++) {
      if (new String(file, i, 14, java.nio.charset.StandardCharsets.ISO_8859_1)
          .equals("archive/data/1")) {
        file[i + 13] = '0';
      }
    }
    Lies.refused(folder, file, "entry archive/data/0: twice");
  }

  @Test
  void a_compressed_entry_is_refused() {
    byte[] file =
        TorchZip.with(matrix(4, 0, new long[] {4}, new long[] {1}))
            .deflated("archive/data/0", new byte[16])
            .bytes();
    Lies.refused(folder, file, "entry archive/data/0: compressed with method 8", "for tensor w");
  }

  @Test
  void a_missing_storage_is_refused() {
    byte[] file = TorchZip.with(matrix(4, 0, new long[] {4}, new long[] {1})).bytes();
    Lies.refused(folder, file, "entry archive/data/0: absent", "for tensor w");
  }

  @Test
  void an_entry_of_another_size_is_refused() {
    byte[] file =
        TorchZip.with(matrix(4, 0, new long[] {4}, new long[] {1})).floats("0", 1, 2, 3).bytes();
    Lies.refused(
        folder, file, "entry archive/data/0: 12 bytes", "4 elements of 4 bytes", "for tensor w");
  }

  @Test
  void a_local_header_elsewhere_is_refused() {
    byte[] file = good().bytes();
    int directory = find(file, 0x02014b50);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 42, 7);
    Lies.refused(folder, file, "entry archive/data.pkl: no local header");
  }

  @Test
  void a_local_header_outside_the_file_is_refused() {
    byte[] file = good().bytes();
    int directory = find(file, 0x02014b50);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 42, -2);
    Lies.refused(folder, file, "entry archive/data.pkl", "inside the file");
  }

  @Test
  void sizes_that_disagree_are_refused() {
    byte[] file = good().bytes();
    int directory = find(file, 0x02014b50);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(directory + 24, 5);
    Lies.refused(folder, file, "entry archive/data.pkl", "stored for 5");
  }

  @Test
  void a_directory_with_too_few_entries_is_refused() {
    byte[] file = good().bytes();
    int end = find(file, 0x06054b50);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putShort(end + 10, (short) 9);
    Lies.refused(folder, file, "zip: directory");
  }

  @Test
  void a_directory_outside_the_file_is_refused() {
    byte[] file = good().bytes();
    int end = find(file, 0x06054b50);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(end + 16, 1 << 28);
    Lies.refused(folder, file, "zip: directory at 268435456");
  }

  @Test
  void big_endian_data_is_refused() {
    Lies.refused(
        folder,
        good().entry("archive/byteorder", TorchZip.ascii("big")).bytes(),
        "archive/byteorder: big");
  }

  @Test
  void a_view_past_the_end_of_its_storage_is_refused() {
    view("elements 1 to 4", 4, 1, new long[] {4}, new long[] {1});
    view("elements 0 to 4", 4, 0, new long[] {2, 2}, new long[] {3, 1});
    view("elements -1", 4, -1, new long[] {4}, new long[] {1});
    view("elements 5", 4, 5, new long[] {0}, new long[] {1});
  }

  @Test
  void negative_sizes_and_strides_are_refused() {
    view("none negative", 4, 0, new long[] {-4}, new long[] {1});
    view("none negative", 4, 3, new long[] {4}, new long[] {-1});
  }

  @Test
  void shapes_that_overflow_are_refused() {
    long big = 1L << 31;
    view("sizes under 2^31", 4, 0, new long[] {big}, new long[] {0});
    view("below 2^63", 4, 0, new long[] {big - 1, big - 1, big - 1}, new long[] {0, 0, 0});
    view("below 2^63", 4, 0, new long[] {3, 3}, new long[] {Long.MAX_VALUE, 1});
  }

  @Test
  void a_large_tensor_from_a_small_storage_is_refused() {
    view("2147483647 elements", 4, 0, new long[] {Integer.MAX_VALUE}, new long[] {0});
    view("100000000 elements", 4, 0, new long[] {100_000_000}, new long[] {0});
  }

  @Test
  void sizes_and_strides_of_different_rank_are_refused() {
    view("2 sizes and 1 strides", 4, 0, new long[] {2, 2}, new long[] {1});
  }

  @Test
  void a_storage_with_a_negative_count_is_refused() {
    view("storage of -4 elements", -4, 0, new long[] {4}, new long[] {1});
  }

  @Test
  void a_storage_count_that_overflows_is_refused() {
    view("storage of 9223372036854775807", Long.MAX_VALUE, 0, new long[] {4}, new long[] {1});
  }

  @Test
  void a_dtype_no_weight_has_is_refused() {
    byte[] pickle =
        PickleBuilder.dictOf(
            "w",
            new PickleBuilder()
                .tensor("ComplexFloatStorage", "0", 2, 0, new long[] {2}, new long[] {1}));
    Lies.refused(
        folder,
        TorchZip.with(pickle).floats("0", 1, 2, 3, 4).bytes(),
        "tensor w: dtype ComplexFloatStorage");
  }

  @Test
  void a_pickle_that_calls_a_function_is_refused() {
    byte[] pickle =
        PickleBuilder.protocol2().global("posix", "system").text("id").raw(0x85).op("R.").bytes();
    Lies.refused(
        folder,
        TorchZip.with(pickle).bytes(),
        "entry archive/data.pkl: pickle at byte 2: refers to posix.system");
  }

  @Test
  void a_file_that_holds_no_dict_is_refused() {
    byte[] pickle = PickleBuilder.protocol2().op("K\1.").bytes();
    Lies.refused(folder, TorchZip.with(pickle).bytes(), "holds a Int", "a dict of tensors");
  }

  @Test
  void a_file_without_tensors_is_refused() {
    byte[] pickle = PickleBuilder.protocol2().op("}").text("model").op("}s.").bytes();
    Lies.refused(folder, TorchZip.with(pickle).bytes(), "the file holds no state dict");
  }

  @Test
  void a_name_with_and_without_module_is_refused() {
    PickleBuilder tensor = tensor(4, 0, new long[] {4}, new long[] {1});
    byte[] pickle =
        PickleBuilder.protocol2()
            .op("}(")
            .text("w")
            .append(tensor)
            .text("module.w")
            .append(tensor)
            .op("u.")
            .bytes();
    Lies.refused(folder, TorchZip.with(pickle).floats("0", 1, 2, 3, 4).bytes(), "tensor w: also");
  }

  private void view(String words, long count, long offset, long[] sizes, long[] strides) {
    byte[] file =
        TorchZip.with(matrix(count, offset, sizes, strides)).floats("0", 1, 2, 3, 4).bytes();
    Lies.refused(folder, file, "tensor w: ", words);
  }

  private static TorchZip good() {
    return TorchZip.with(matrix(4, 0, new long[] {2, 2}, new long[] {2, 1}))
        .floats("0", 1, 2, 3, 4);
  }

  private static byte[] matrix(long count, long offset, long[] sizes, long[] strides) {
    return PickleBuilder.dictOf("w", tensor(count, offset, sizes, strides));
  }

  private static PickleBuilder tensor(long count, long offset, long[] sizes, long[] strides) {
    return new PickleBuilder().tensor("FloatStorage", "0", count, offset, sizes, strides);
  }

  private static int find(byte[] file, int signature) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i + 4 <= file.length; i++) {
      if (bytes.getInt(i) == signature) {
        return i;
      }
    }
    throw new AssertionError("no such record");
  }
}
