package ai.dvt.cascade.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitRecordsFileTest {
  @TempDir private Path folder;

  private static ExitRecords made(int pictures, int exits) {
    Random random = new Random(5);
    ExitRecords.Builder records = new ExitRecords.Builder(exits);
    for (int i = 0; i < pictures; i++) {
      List<ExitOutcome> outcomes = new ArrayList<>();
      for (int exit = 1; exit <= exits; exit++) {
        float confidence = (1 + random.nextFloat()) / 2;
        outcomes.add(
            new ExitOutcome(exit, random.nextInt(10), confidence, 1 - confidence, 1 / confidence));
      }
      records.add("%064x".formatted(i), random.nextInt(10), outcomes);
    }
    return records.build();
  }

  @Test
  void records_are_read_as_they_were_written() throws Exception {
    ExitRecords records = made(1500, 3);
    Path file = folder.resolve("records.npy");
    ExitRecordsFile.write(records, file);
    ExitRecords read = ExitRecordsFile.read(file);
    assertThat(read.size()).isEqualTo(1500);
    assertThat(read.exits()).isEqualTo(3);
    for (int i = 0; i < 1500; i++) {
      assertThat(read.sha256(i)).isEqualTo(records.sha256(i));
      assertThat(read.label(i)).isEqualTo(records.label(i));
      for (int exit = 1; exit <= 3; exit++) {
        assertThat(read.outcome(i, exit)).isEqualTo(records.outcome(i, exit));
      }
    }
    assertThat(read.sha256s()).hasSize(1500);
  }

  @Test
  void the_header_is_numpys() throws Exception {
    Path file = folder.resolve("records.npy");
    ExitRecordsFile.write(made(7, 2), file);
    byte[] bytes = Files.readAllBytes(file);
    int length = (bytes[8] & 0xff) + ((bytes[9] & 0xff) << 8);
    assertThat((10 + length) % 64).isZero();
    assertThat(new String(bytes, 10, length, StandardCharsets.US_ASCII).strip())
        .isEqualTo(
            "{'descr': [('sha256', '|S64'), ('label', '<i4'), ('index', '<i4', (2,)),"
                + " ('confidence', '<f4', (2,)), ('second_confidence', '<f4', (2,)),"
                + " ('entropy', '<f4', (2,))], 'fortran_order': False, 'shape': (7,), }");
    assertThat(bytes.length).isEqualTo(10 + length + 7 * (64 + 4 + 32));
  }

  @Test
  void costs_that_pictures_decide_are_one_more_column() throws Exception {
    Path file = folder.resolve("records.npy");
    ExitRecords plain = made(7, 2);
    ExitRecords.Builder costs = new ExitRecords.Builder(2, true);
    for (int i = 0; i < 7; i++) {
      costs.add(
          plain.sha256(i),
          plain.label(i),
          List.of(plain.outcome(i, 1), plain.outcome(i, 2)),
          List.of(1f, 2f + i));
    }
    ExitRecordsFile.write(costs.build(), file);
    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
        .contains("('entropy', '<f4', (2,)), ('gflops', '<f4', (2,))], 'fortran_order': False");
    ExitRecords read = ExitRecordsFile.read(file);
    assertThat(read.hasCosts()).isTrue();
    assertThat(read.gflops(3, 2)).isEqualTo(5);
    assertThat(read.averageGflops(List.of(9.0, 9.0))).containsExactly(1.0, 5.0);
    assertThat(read.outcome(6, 2)).isEqualTo(plain.outcome(6, 2));
    assertThat(plain.averageGflops(List.of(9.0, 9.0))).containsExactly(9.0, 9.0);
    assertThatThrownBy(
            () ->
                new ExitRecords.Builder(1, true)
                    .add("0".repeat(64), 0, List.of(new ExitOutcome(1, 0, 0.5f, 0.2f, 1f))))
        .hasMessage("picture 000000000000: gflops: 0 costs (expected: 1)");
  }

  @Test
  void records_of_a_setting_have_a_file_of_their_own() {
    assertThat(ExitRecordsFile.in(folder, "val", ""))
        .isEqualTo(folder.resolve("calibrations/val.records.npy"));
    assertThat(ExitRecordsFile.in(folder, "val", "keep-0.70"))
        .isEqualTo(folder.resolve("calibrations/val@keep-0.70.records.npy"));
  }

  @Test
  void a_file_that_is_cut_short_is_refused() throws Exception {
    Path file = folder.resolve("records.npy");
    ExitRecordsFile.write(made(7, 2), file);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> ExitRecordsFile.read(file))
        .isInstanceOf(ContractException.class)
        .hasMessage("records.npy: 699 bytes of records (expected: 700 for 7 records)");
    Files.write(file, Arrays.copyOf(bytes, 50));
    assertThatThrownBy(() -> ExitRecordsFile.read(file))
        .isInstanceOf(ContractException.class)
        .hasMessageStartingWith("records.npy: another header (expected: ");
  }

  @Test
  void records_that_cannot_be_true_are_refused() {
    String sha256 = "0".repeat(64);
    ExitOutcome fine = new ExitOutcome(1, 0, 0.5f, 0.2f, 1f);
    assertThatThrownBy(() -> new ExitRecords.Builder(2).add(sha256, 0, List.of(fine)))
        .hasMessage("picture 000000000000: exits: 1 (expected: 2)");
    assertThatThrownBy(() -> new ExitRecords.Builder(1).add("x", 0, List.of(fine)))
        .hasMessage("sha256: \"x\" (expected: 64 hex digits)");
    assertThatThrownBy(
            () ->
                new ExitRecords.Builder(1)
                    .add(sha256, 0, List.of(new ExitOutcome(1, 0, Float.NaN, 0f, 0f))))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("exit 1: ");
  }
}
