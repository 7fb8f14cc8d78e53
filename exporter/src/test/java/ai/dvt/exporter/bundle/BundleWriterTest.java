package ai.dvt.exporter.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Preprocessing.Resize;
import ai.dvt.cascade.Provenance;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.architecture.Architecture;
import ai.dvt.exporter.architecture.ArchitectureOptions;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.onnx.WeightStorage;
import ai.dvt.exporter.verify.CascadeSessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleWriterTest {
  @TempDir Path root;

  private static BundleOptions options(Optional<List<String>> labels, List<Flavour> flavours) {
    return new BundleOptions(
        "toy",
        flavours,
        Precision.FLOAT32,
        WeightStorage.FLOAT32,
        new Preprocessing(
            224, 224, Resize.SHORTER_SIDE, 256, List.of(.5f, .5f, .5f), List.of(.5f, .5f, .5f)),
        labels,
        Map.of(),
        Optional.of("Trained on nothing."),
        new Provenance("dvt-deit-both.pth.tar", "0".repeat(64), "test", List.of("--heads", "3")));
  }

  private CascadeManifest write(Path target, ReferenceRun reference, BundleOptions options)
      throws IOException {
    try (CheckpointFile file =
            CheckpointFile.open(GoldenFiles.folder().resolve("dvt-deit-both.pth.tar"));
        VersionFolder folder = VersionFolder.begin(target, false)) {
      CascadeGraphs graphs =
          Architecture.named("dvt-deit")
              .graphs(
                  file.stateDicts().select(false, Optional.empty()).weights(),
                  ArchitectureOptions.DEFAULT.withHeads(3));
      CascadeManifest manifest = new BundleWriter(reference).write(folder, graphs, options);
      folder.commit();
      return manifest;
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }

  @Test
  void a_version_folder_holds_what_its_manifest_says_and_no_more() throws IOException {
    Path target = root.resolve("toy/1");
    List<String> labels = Stream.iterate(0, i -> i + 1).limit(10).map(i -> "class " + i).toList();
    CascadeManifest manifest =
        write(
            target,
            CascadeSessions::logits,
            options(Optional.of(labels), List.of(Flavour.PORTABLE, Flavour.CPU)));

    assertThat(Manifests.fromJson(Files.readString(target.resolve("manifest.json"))))
        .isEqualTo(manifest);
    List<FileSpec> declared = new ArrayList<>();
    for (VariantSpec variant : manifest.variants()) {
      for (StageSpec stage : variant.stages()) {
        declared.add(stage.graph());
        declared.addAll(stage.data());
      }
    }
    declared.add(manifest.labels().orElseThrow());
    declared.add(manifest.selfTest().orElseThrow().input());
    declared.addAll(manifest.selfTest().orElseThrow().logits());
    for (FileSpec file : declared) {
      assertThat(Files.size(target.resolve(file.path()))).isEqualTo(file.bytes());
      assertThat(VersionFolder.sha256(target.resolve(file.path()))).isEqualTo(file.sha256());
    }
    Stream<String> expected =
        Stream.concat(
            declared.stream().map(FileSpec::path), Stream.of("manifest.json", "MODEL_CARD.md"));
    assertThat(files(target).stream().map(Path::toString))
        .containsExactlyInAnyOrderElementsOf(expected.distinct().toList());
    assertThat(files(target).stream().map(Path::toString))
        .contains("stage-1-7x7.portable.onnx", "stage-2-10x10.cpu.onnx", "stage-3-14x14.cpu.onnx");
    assertThat(Files.readAllLines(target.resolve("labels.txt"))).isEqualTo(labels);
    assertThat(Files.readString(target.resolve("MODEL_CARD.md")))
        .contains("# toy", "Trained on nothing.", "14x14", "--heads 3");
  }

  @Test
  void the_self_test_passes_on_both_flavours() throws IOException {
    Path target = root.resolve("toy/1");
    CascadeManifest manifest =
        write(
            target,
            CascadeSessions::logits,
            options(Optional.empty(), List.of(Flavour.CPU, Flavour.PORTABLE)));
    var test = manifest.selfTest().orElseThrow();
    assertThat(test.tolerance()).isBetween(1e-3, 1e-2);
    for (VariantSpec variant : manifest.variants()) {
      var logits =
          CascadeSessions.logits(
              target, variant, NpyFile.read(target.resolve(test.input().path())));
      for (int exit = 0; exit < 3; exit++) {
        float[] expected = NpyFile.read(target.resolve(test.logits().get(exit).path())).toFloats();
        float[] got = logits.get(exit).toFloats();
        assertThat(expected).hasSize(2 * 10);
        for (int i = 0; i < expected.length; i++) {
          assertThat(Math.abs(got[i] - expected[i])).isLessThan((float) test.tolerance());
        }
      }
    }
  }

  @Test
  void weights_stand_once_for_both_flavours() throws IOException {
    write(
        root.resolve("1"),
        CascadeSessions::logits,
        options(Optional.empty(), List.of(Flavour.CPU)));
    write(
        root.resolve("2"),
        CascadeSessions::logits,
        options(Optional.empty(), List.of(Flavour.CPU, Flavour.PORTABLE)));
    double one = Files.size(root.resolve("1/weights.bin"));
    assertThat(Files.size(root.resolve("2/weights.bin")) / one).isBetween(1.0, 1.1);
  }

  @Test
  void the_same_export_gives_the_same_bytes() throws IOException {
    for (String folder : List.of("1", "2")) {
      write(
          root.resolve(folder),
          CascadeSessions::logits,
          options(Optional.empty(), List.of(Flavour.CPU, Flavour.PORTABLE)));
    }
    assertThat(files(root.resolve("1"))).isEqualTo(files(root.resolve("2")));
    for (Path file : files(root.resolve("1"))) {
      assertThat(root.resolve("1").resolve(file))
          .hasSameBinaryContentAs(root.resolve("2").resolve(file));
    }
  }

  @Test
  void nothing_is_left_when_the_last_step_fails() throws IOException {
    assertThatThrownBy(
            () ->
                write(
                    root.resolve("toy/1"),
                    (folder, variant, input) -> {
                      assertThat(folder.resolve("weights.bin")).exists();
                      throw new IOException("No space left on device");
                    },
                    options(Optional.empty(), List.of(Flavour.CPU))))
        .isInstanceOf(IOException.class);
    assertThat(files(root)).isEmpty();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void labels_that_do_not_fit_the_classes_are_refused() throws IOException {
    assertThatThrownBy(
            () ->
                write(
                    root.resolve("1"),
                    CascadeSessions::logits,
                    options(Optional.of(List.of("cat", "dog")), List.of(Flavour.CPU))))
        .isInstanceOf(BundleException.class)
        .hasMessage("labels: 2 labels (expected: 10, one a class)");
    assertThat(files(root)).isEmpty();
  }
}
