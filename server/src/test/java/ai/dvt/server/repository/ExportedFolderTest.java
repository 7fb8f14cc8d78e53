package ai.dvt.server.repository;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.cli.ExporterMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The repository against what {@code dvt export} really writes. */
class ExportedFolderTest {
  private static final Path CHECKPOINT =
      Path.of("../exporter/src/test/resources/golden/dvt/dvt-deit-both.pth.tar");

  @TempDir private Path root;

  @Test
  void an_exported_folder_is_loaded_and_a_byte_changed_later_is_found() throws Exception {
    export(root.resolve("both/3"));
    ModelRepository repository = ModelRepository.scan(root);
    assertThat(repository.broken()).isEmpty();
    ModelVersion version = repository.latest("both").orElseThrow();
    assertThat(version.version()).isEqualTo("3");
    assertThat(version.manifest().variants().get(0).stages()).hasSize(3);
    assertThat(version.variantFor("cpu").name()).isEqualTo("cpu");
    assertThat(version.variantFor("cuda").name()).isEqualTo("portable");
    assertThat(version.labels()).hasSize(version.manifest().classes());
    assertThat(version.points()).hasSize(59);
    assertThat(version.manifest().selfTest()).isPresent();

    Path weights = version.folder().resolve("weights.bin");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    assertThat(ModelRepository.scan(root).broken())
        .singleElement()
        .satisfies(
            broken ->
                assertThat(broken.problems())
                    .singleElement()
                    .asString()
                    .startsWith("weights.bin: sha256 "));
  }

  private static void export(Path folder) throws IOException, InterruptedException {
    Process export =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    ExporterMain.class.getName(),
                    "export",
                    "--checkpoint",
                    CHECKPOINT.toString(),
                    "--architecture",
                    "dvt-deit",
                    "--heads",
                    "3",
                    "--output",
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    String output = new String(export.getInputStream().readAllBytes());
    assertThat(export.waitFor()).as(output).isZero();
  }
}
