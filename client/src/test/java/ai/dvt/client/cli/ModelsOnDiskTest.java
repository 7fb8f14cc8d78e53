package ai.dvt.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsOnDiskTest {
  private static final Path SHIPPED = Path.of("..", "onnx-models", "dvt-deit-cifar10", "1");

  @TempDir private Path folder;
  private ModelsOnDisk models;
  private CascadeManifest cascade;

  @BeforeEach
  void readTheShippedManifest() throws IOException {
    models = new ModelsOnDisk(folder);
    cascade = Manifests.fromJson(Files.readString(SHIPPED.resolve("manifest.json")));
  }

  @Test
  void the_model_with_the_most_exits_fits_best() throws IOException {
    write("a-vit", "1", firstStageOf(cascade), "cat\ndog\n");
    write("b-cascade", "1", cascade, "dog\ncat\n");
    write("c-cascade", "1", cascade, "dog\ncat\n");
    write("d-other", "1", cascade, "cat\n");
    assertThat(models.fitting(List.of("cat", "dog"))).contains("b-cascade");
    assertThat(models.fitting(List.of("cat", "horse"))).isEmpty();
  }

  @Test
  void the_newest_version_counts_and_what_cannot_be_read_does_not() throws IOException {
    write("changed", "9", cascade, "cat\n");
    write("changed", "10", cascade, "horse\n");
    write("broken", "1", cascade, "cat\n");
    Files.writeString(folder.resolve("broken/1/manifest.json"), "{");
    write("without-labels", "1", cascade, "cat\n");
    Files.delete(folder.resolve("without-labels/1/labels.txt"));
    Files.createDirectories(folder.resolve("pictures/cat"));
    Files.writeString(folder.resolve("NOTICE"), "no model");
    assertThat(models.names()).containsExactly("broken", "changed", "without-labels");
    assertThat(models.fitting(List.of("cat"))).isEmpty();
    assertThat(models.fitting(List.of("horse"))).contains("changed");
  }

  @Test
  void only_models_that_are_there_are_loaded() throws IOException {
    write("one", "1", cascade, "cat\n");
    assertThat(models.loading(List.of())).isEmpty();
    write("two", "1", cascade, "cat\n");
    assertThat(models.loading(List.of("two", "one"))).containsExactly("--load", "two,one");
    assertThatThrownBy(() -> models.loading(List.of("three")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model: three (expected: one of one, two)");
  }

  @Test
  void several_models_and_none_named_is_said_before_a_server_starts() throws IOException {
    write("one", "1", cascade, "cat\n");
    write("two", "1", cascade, "cat\n");
    Path picture = Files.write(folder.resolve("a.jpg"), new byte[1]);
    String[] own = {"--models", folder.toString()};
    for (String[] command :
        new String[][] {{"classify", picture.toString()}, {"describe"}, {"bench"}}) {
      StringWriter err = new StringWriter();
      int status =
          ClientMain.run(
              new PrintWriter(new StringWriter()),
              new PrintWriter(err, true),
              Stream.of(command, own).flatMap(Stream::of).toArray(String[]::new));
      assertThat(status).as(command[0]).isNotZero();
      assertThat(err.toString())
          .contains("model: not named (expected: --model with one of one, two)");
    }
  }

  private void write(String model, String version, CascadeManifest manifest, String labels)
      throws IOException {
    Path to = Files.createDirectories(folder.resolve(model).resolve(version));
    Files.writeString(to.resolve("manifest.json"), Manifests.toJson(manifest));
    Files.writeString(to.resolve(manifest.labels().orElseThrow().path()), labels);
  }

  private static CascadeManifest firstStageOf(CascadeManifest of) {
    VariantSpec all = of.variants().get(0);
    VariantSpec first =
        new VariantSpec(
            all.name(),
            all.flavour(),
            all.precision(),
            all.providers(),
            all.stages().subList(0, 1),
            Optional.empty(),
            Optional.empty());
    return new CascadeManifest(
        of.model(),
        of.architecture(),
        List.of(first),
        of.preprocessing(),
        of.classes(),
        of.labels(),
        Optional.empty(),
        of.provenance());
  }
}
