package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.bundle.GoldenFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  @TempDir Path root;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ExporterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void a_checkpoint_shows_family_stages_grids_parameters_and_cost() {
    String file = GoldenFiles.folder().resolve("dvt-t2t-both.pth.tar").toString();
    assertThat(run("inspect", file, "--heads", "2", "--tensors")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("torch-zip", "model_state_dict", "dynamic_threshold", "DVT over T2T-ViT")
        .contains("reuse: both", "7x7", "10x10", "14x14", "parameters", "0.0919")
        .contains("normal_token.head.bias");
  }

  @Test
  void a_checkpoint_that_is_no_cascade_we_know_still_shows_its_tensors() {
    String file = GoldenFiles.folder().resolve("deit.pth").toString();
    assertThat(run("inspect", file, "--heads", "5")).isZero();
    assertThat(out.toString()).contains("looks like", "as a cascade: heads");
  }

  @Test
  void a_model_shows_its_manifest_and_whether_its_files_are_sound() throws IOException {
    Path version = root.resolve("models/toy/1");
    assertThat(
            run(
                "export",
                "--checkpoint",
                GoldenFiles.folder().resolve("deit.pth").toString(),
                "--heads",
                "3",
                "--output",
                version.toString()))
        .isZero();
    for (Path folder : new Path[] {version, version.getParent()}) {
      assertThat(run("inspect", folder.toString())).isZero();
      assertThat(out.toString())
          .contains("toy", "variant", "14x14", "ok  weights.bin", "sha256")
          .doesNotContain("ABSENT");
    }
    Files.writeString(version.resolve("weights.bin"), "short");
    Files.delete(version.resolve("self-test/input.npy"));
    assertThat(run("inspect", version.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("HAS 5 BYTES", "ABSENT  self-test/input.npy");
  }

  @Test
  void a_file_that_is_nothing_and_an_empty_folder_are_one_line() throws IOException {
    Files.writeString(root.resolve("text"), "hello");
    for (Path path : new Path[] {root.resolve("text"), root.resolve("absent"), root}) {
      assertThat(run("inspect", path.toString())).isEqualTo(1);
      assertThat(err.toString().lines()).singleElement().asString().startsWith("error: ");
    }
  }
}
