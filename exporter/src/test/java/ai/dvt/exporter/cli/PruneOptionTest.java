package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.bundle.GoldenFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stages of a cascade that drop tokens, from the command line to the manifest. */
class PruneOptionTest {
  @TempDir Path root;
  private final StringWriter err = new StringWriter();

  private int export(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "export",
                "--checkpoint=" + GoldenFiles.scatter().resolve("final.pth"),
                "--output=" + root.resolve("models/toy/1"),
                "--architecture=dvt-deit",
                "--image-size=24",
                "--resize-through=4,6",
                "--flavours=cpu"));
    arguments.addAll(List.of(more));
    return ExporterMain.run(
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        arguments.toArray(String[]::new));
  }

  private CascadeManifest manifest() throws IOException {
    return Manifests.fromJson(Files.readString(root.resolve("models/toy/1/manifest.json")));
  }

  @Test
  void each_stage_has_its_own_rate_or_that_of_all() throws IOException {
    assertThat(export("--prune=1=evit,3=evit:0.5", "--keep-rate=0.7", "--fuse"))
        .as(err.toString())
        .isZero();
    VariantSpec only = manifest().variants().get(0);
    assertThat(manifest().settings()).containsExactly("");
    assertThat(only.stages())
        .extracting(StageSpec::dropping)
        .containsExactly(Optional.of("evit"), Optional.empty(), Optional.of("evit"));
  }

  @Test
  void rates_are_settings_of_all_stages_that_drop_tokens() throws IOException {
    assertThat(export("--prune=1=evit:0.7,0.5,2=evit:0.6", "--prune-last=evit:0.7,0.5"))
        .as(err.toString())
        .isZero();
    assertThat(manifest().settings()).containsExactly("keep-0.70-0.60-0.70", "keep-0.50-0.60-0.50");
    List<VariantSpec> variants = manifest().variants();
    for (int exit = 0; exit < 3; exit++) {
      assertThat(variants.get(1).gflops().get(exit)).isLessThan(variants.get(0).gflops().get(exit));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--prune=evit:0.7                        | 2 | expected: STAGE=METHOD:RATE",
        "--prune=one=evit:0.7                    | 2 | expected: STAGE=METHOD:RATE",
        "--prune=1=evit:much                     | 2 | expected: STAGE=METHOD:RATE",
        "--prune=1=                              | 2 | expected: STAGE=METHOD:RATE",
        "--prune=1=evit:0.7,2=                   | 2 | expected: STAGE=METHOD:RATE",
        "--prune-last=evit:0.7:0.5               | 2 | expected: METHOD:RATE",
        "--prune=1=evit                          | 1 | keep-rate of stage 1: not given",
        "--prune=1=evit,2=evit:0.7               | 1 | a rate for every stage, or --keep-rate",
        "--prune=1=evit:0.7,0.5,2=evit:.9,.8,.7  | 1 | one rate, or as many as others",
        "--prune=1=evit:0.7,0.7                  | 1 | each rate once",
        "--prune=1=evit:0.7 --keep-rate=0.5      | 1 | none beside the rates of --prune",
        "--prune=0=evit:0.7                      | 1 | prune: stage 0",
        "--prune=4=evit:0.7                      | 1 | 1 to 3, the stages of dvt-deit",
        "--keep-rate=0.7                         | 1 | --prune or --prune-last",
      })
  void what_cannot_be_pruned_is_one_line(String options, int status, String message) {
    assertThat(export(options.strip().split(" "))).as(err.toString()).isEqualTo(status);
    assertThat(err.toString().lines().findFirst().orElseThrow()).contains(message);
    assertThat(root.resolve("models/toy/1/manifest.json")).doesNotExist();
  }
}
