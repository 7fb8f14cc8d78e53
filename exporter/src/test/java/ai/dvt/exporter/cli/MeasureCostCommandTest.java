package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.bundle.GoldenFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasureCostCommandTest {
  @TempDir Path root;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    return ExporterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void pictures_cost_what_the_tokens_that_they_kept_cost() {
    Path golden = GoldenFiles.pruning();
    Path model = root.resolve("ats/1");
    int exported =
        run(
            "export",
            "--checkpoint",
            golden.resolve("ats-tiny.pth").toString(),
            "--architecture",
            "ats",
            "--ats-form",
            "drop",
            "--drop-at",
            "2,3,4,5",
            "--heads",
            "3",
            "--image-size",
            "32",
            "--flavours",
            "cpu",
            "--output",
            model.toString());
    assertThat(exported).as(err.toString()).isZero();

    int status =
        run(
            "measure-cost",
            model.toString(),
            "--each",
            "--input",
            golden.resolve("ats-tiny.x.npy").toString());

    assertThat(status).as(err.toString()).isZero();
    List<String> lines = out.toString().lines().map(String::strip).toList();
    // The authors' first image costs 9,700,752; no picture more than the plain network's
    // 13,567,056.
    assertThat(lines.get(1)).matches("cpu +2 +0\\.009\\d +0\\.\\d{4} .* 0\\.0136");
    assertThat(lines.get(2)).isEqualTo("0.0097");
    assertThat(lines).hasSize(4);
  }

  @Test
  void an_input_of_another_form_is_one_line() {
    assertThat(run("measure-cost", root.resolve("none").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("absent (expected: a file or folder)");
  }
}
