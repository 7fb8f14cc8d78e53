package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.bundle.GoldenFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParityCommandTest {
  @TempDir Path root;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ExporterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Path export(String checkpoint, String name, String precision) {
    Path folder = root.resolve(name);
    int status =
        run(
            "export",
            "--checkpoint",
            GoldenFiles.folder().resolve(checkpoint).toString(),
            "--heads",
            "3",
            "--precision",
            precision,
            "--output",
            folder.toString());
    assertThat(status).as(err.toString()).isZero();
    return folder;
  }

  @Test
  void a_model_is_compared_with_another_exit_by_exit() {
    Path exact = export("dvt-deit-both.pth.tar", "exact", "float32");
    Path rounded = export("dvt-deit-both.pth.tar", "rounded", "int8");
    assertThat(out.toString())
        .contains("cpu.int8 against float32, on the pictures of the self-test");

    assertThat(run("parity", exact.toString(), rounded.toString())).as(err.toString()).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines.get(0)).startsWith("cpu.int8 of ").contains("against portable of ");
    assertThat(lines).hasSize(5);
    for (int exit = 1; exit <= 3; exit++) {
      assertThat(lines.get(exit + 1)).matches(exit + " +2 +[0-2] +\\d+\\.\\d\\d % +0\\.\\d+ .*");
    }

    String input = GoldenFiles.folder().resolve("input.npy").toString();
    assertThat(run("parity", exact.toString(), exact.toString(), "--input", input)).isZero();
    assertThat(out.toString()).contains("portable of ", "cpu of ", "100.00 %");
  }

  @ParameterizedTest
  @CsvSource({"ats,int8,0", "ats,fp16,1", "evit,int8,0", "evit,fp16,0"})
  void models_that_drop_tokens_have_other_precisions_too_but_no_sampling_in_float16(
      String family, String precision, int status) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "export",
                "--checkpoint",
                GoldenFiles.pruning().resolve(family + "-tiny.pth").toString(),
                "--architecture",
                family,
                "--heads",
                "3",
                "--precision",
                precision,
                "--output",
                root.resolve("model").toString()));
    if (family.equals("evit")) {
      arguments.addAll(List.of("--keep-rate", "0.7", "--drop-at", "1,2,4", "--image-size", "48"));
    } else {
      arguments.addAll(List.of("--drop-at", "2,3,4,5", "--image-size", "32"));
    }
    assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isEqualTo(status);
    assertThat(status == 0 ? out.toString() : err.toString())
        .contains(
            status == 0
                ? " against float32, on the pictures of the self-test"
                : "float16 (expected: float32 or int8: the sampling needs float32)");
  }

  @Test
  void models_of_other_exits_are_refused() {
    Path three = export("dvt-deit-both.pth.tar", "three", "float32");
    Path one = export("deit.pth", "one", "float32");
    assertThat(run("parity", three.toString(), one.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("1 exits (expected: 3, as ").hasLineCount(1);
  }

  @Test
  void a_precision_that_there_is_not_is_told_with_those_that_there_are() {
    assertThat(run("export", "--checkpoint", "x", "--output", "y", "--precision", "int4"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("int4 (expected: float32, float16 or int8)");
  }
}
