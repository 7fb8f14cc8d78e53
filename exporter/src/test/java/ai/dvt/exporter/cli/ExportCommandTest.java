package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Preprocessing.Resize;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.bundle.GoldenFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportCommandTest {
  @TempDir Path root;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ExporterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private int export(Path checkpoint, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("export", "--checkpoint", checkpoint.toString(), "--output", target() + ""));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private Path target() {
    return root.resolve("models/toy/1");
  }

  private static Path golden(String name) {
    return GoldenFiles.folder().resolve(name);
  }

  private CascadeManifest manifest() throws IOException {
    return Manifests.fromJson(Files.readString(target().resolve("manifest.json")));
  }

  private void assertOneLineAndNothingWritten() throws IOException {
    assertThat(err.toString()).startsWith("error: ").endsWith(System.lineSeparator());
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).doesNotContain("\tat ").contains("(expected: ");
    if (Files.exists(root.resolve("models"))) {
      try (Stream<Path> walk = Files.walk(root.resolve("models"))) {
        assertThat(walk.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }

  @Test
  void a_release_file_becomes_a_version_folder() throws IOException {
    int status =
        export(
            golden("dvt-t2t-both.pth.tar"),
            "--architecture",
            "dvt-t2t",
            "--heads",
            "2",
            "--mean",
            "half",
            "--reuse",
            "both",
            "--resize-through",
            "14,20",
            "--soft-split",
            "14/8/3,11/6/5,7/4/2",
            "--labels",
            "a,b,c,d,e,f,g,h,i,j");
    assertThat(status).as(err.toString()).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .contains("7x7", "10x10", "14x14", "weights.bin", "bin/dvt serve --models")
        .contains("0.0919");
    CascadeManifest manifest = manifest();
    assertThat(manifest.model()).isEqualTo("toy");
    assertThat(manifest.architecture()).isEqualTo("dvt-t2t");
    assertThat(manifest.preprocessing().resizeSide()).isEqualTo(256);
    assertThat(manifest.preprocessing().std()).containsExactly(.5f, .5f, .5f);
    assertThat(manifest.variants()).hasSize(2);
    var provenance = manifest.provenance().orElseThrow();
    assertThat(provenance.checkpointFile()).isEqualTo("dvt-t2t-both.pth.tar");
    assertThat(provenance.arguments())
        .containsSubsequence("--checkpoint", "dvt-t2t-both.pth.tar", "--heads", "2")
        .noneMatch(argument -> argument.startsWith("/"));
    assertThat(
            Manifests.calibrationFromJson(
                    Files.readString(target().resolve("calibrations/official.json")))
                .points())
        .hasSize(59);
  }

  @Test
  void a_plain_vit_becomes_a_cascade_of_one_stage() throws IOException {
    int status =
        export(
            golden("deit.pth"),
            "--heads",
            "3",
            "--flavours",
            "cpu",
            "--storage",
            "float16",
            "--resize",
            "stretch",
            "--name",
            "other");
    assertThat(status).as(err.toString()).isZero();
    assertThat(manifest().model()).isEqualTo("other");
    assertThat(manifest().variants())
        .singleElement()
        .matches(variant -> variant.flavour() == Flavour.CPU && variant.stages().size() == 1);
    assertThat(manifest().preprocessing().resize()).isEqualTo(Resize.STRETCH);
    assertThat(target().resolve("stage-1-14x14.cpu.onnx")).exists();
    assertThat(target().resolve("calibrations")).doesNotExist();
  }

  @Test
  void several_keep_rates_are_settings_of_one_model_that_share_the_weights() throws IOException {
    int status =
        export(
            GoldenFiles.pruning().resolve("evit-tiny.pth"),
            "--architecture",
            "evit",
            "--keep-rate",
            "0.7,0.5,0.625",
            "--drop-at",
            "1,2,4",
            "--fuse",
            "--heads",
            "3",
            "--image-size",
            "48");

    assertThat(status).as(err.toString()).isZero();
    CascadeManifest manifest = manifest();
    assertThat(manifest.settings()).containsExactly("keep-0.70", "keep-0.50", "keep-0.625");
    assertThat(manifest.variants()).hasSize(6);
    assertThat(manifest.variants().get(2).name()).isEqualTo("keep-0.50.portable");
    assertThat(manifest.variants().get(0).gflops().get(0)).isEqualTo(0.021768816);
    assertThat(manifest.variants())
        .extracting(v -> v.stages().get(0).data())
        .containsOnly(manifest.variants().get(0).stages().get(0).data());
    assertThat(Files.size(target().resolve("weights.bin"))).isLessThan(800_000);
    assertThat(manifest.selfTestOf(manifest.variants().get(0))).isEqualTo(manifest.selfTest());
    assertThat(manifest.selfTestOf(manifest.variants().get(2))).isNotEqualTo(manifest.selfTest());
    var points =
        Manifests.calibrationFromJson(
            Files.readString(target().resolve("calibrations/settings.json")));
    assertThat(points.defaultPoint()).contains("keep-0.70");
    assertThat(points.points())
        .extracting(point -> point.variant().orElseThrow())
        .containsExactlyElementsOf(manifest.settings());
    assertThat(run("inspect", target().toString())).isZero();
    assertThat(out.toString())
        .contains("setting keep-0.625")
        .contains("self-test/keep-0.50.logits");
  }

  @Test
  void the_moving_average_is_another_model() throws IOException {
    assertThat(export(golden("container-timm-ema.pth.tar"), "--heads", "3")).isZero();
    byte[] trained = Files.readAllBytes(target().resolve("self-test/logits-1.npy"));
    assertThat(export(golden("container-timm-ema.pth.tar"), "--heads", "3", "--ema", "--force"))
        .isZero();
    assertThat(Files.readAllBytes(target().resolve("self-test/logits-1.npy")))
        .isNotEqualTo(trained);
  }

  @Test
  void an_existing_version_is_kept_without_force() throws IOException {
    assertThat(export(golden("deit.pth"), "--heads", "3")).isZero();
    assertThat(export(golden("deit.pth"), "--heads", "3")).isEqualTo(1);
    assertThat(err.toString()).contains("--force");
    assertThat(export(golden("deit.pth"), "--heads", "3", "--force")).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--heads 5                              | heads",
        "--heads 3 --image-size 225             | image size",
        "--heads 3 --architecture dvt-deit-9    | architecture: dvt-deit-9",
        "--heads 3 --architecture t2t           | deit.pth",
        "--heads 3 --architecture deit-small    | deit-small",
        "--heads 3 --reuse both --architecture dvt-deit | reuse",
        "--heads 3 --patch-padding 1            | --patch-padding",
        "--heads 3 --crop 200                   | --crop",
        "--heads 3 --resize big                 | --resize",
        "--heads 3 --resize 100                 | resize_side",
        "--heads 3 --mean 1,2                   | --mean",
        "--heads 3 --std 1,2,0                  | std",
        "--heads 3 --labels a,b                 | labels: 2 labels",
        "--heads 3 --labels absent.txt          | --labels",
        "--heads 3 --state-dict optimizer       | optimizer",
        "--heads 3 --ema                        | --ema",
        "--heads 3 --eps 2                      | eps",
        "--heads 3 --name ../x                  | model",
      })
  void what_does_not_fit_the_checkpoint_is_one_line_that_names_it(String options, String named)
      throws IOException {
    assertThat(export(golden("deit.pth"), options.split(" "))).isEqualTo(1);
    assertOneLineAndNothingWritten();
    assertThat(err.toString()).contains(named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--heads three        | --heads",
        "--flavours gpu       | --flavours",
        "--storage int4       | --storage",
        "--reuse everything   | --reuse",
        "--reuse features:gru | gru",
        "--soft-split 7/4     | --soft-split",
        "--soft-split a/b/c   | --soft-split",
        "--unknown            | --unknown",
      })
  void a_command_line_that_does_not_read_is_status_2(String options, String named) {
    assertThat(export(golden("deit.pth"), options.split(" "))).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: ").contains(named).doesNotContain("\tat ");
    assertThat(root.resolve("models")).doesNotExist();
  }

  @Test
  void required_options_are_named() {
    assertThat(run("export", "--checkpoint", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("--output");
  }

  @Test
  void unused_tensors_are_a_warning_and_with_strict_an_error() throws IOException {
    Path file = root.resolve("more.safetensors");
    Files.write(
        file, withExtraTensor(Files.readAllBytes(golden("container-safetensors.safetensors"))));
    assertThat(export(file, "--heads", "3", "--strict")).isEqualTo(1);
    assertOneLineAndNothingWritten();
    assertThat(err.toString()).contains("more.safetensors", "left_over");
    assertThat(export(file, "--heads", "3")).isZero();
    assertThat(err.toString()).startsWith("warning: ").contains("1 unused tensor", "left_over");
  }

  @Test
  void weights_that_are_no_numbers_are_a_warning() throws IOException {
    byte[] bytes = Files.readAllBytes(golden("container-safetensors.safetensors"));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, Float.NaN);
    Path file = root.resolve("nan.safetensors");
    Files.write(file, bytes);
    assertThat(export(file, "--heads", "3")).isZero();
    assertThat(err.toString()).startsWith("warning: ").contains("nan.safetensors").contains("NaN");
    assertThat(err.toString().lines()).allMatch(line -> line.startsWith("warning: "));
  }

  @Test
  void a_hostile_file_is_one_line_and_nothing_written() throws IOException {
    byte[] zip = Files.readAllBytes(golden("deit.pth"));
    byte[] safetensors = Files.readAllBytes(golden("container-safetensors.safetensors"));
    byte[] absurd = safetensors.clone();
    ByteBuffer.wrap(absurd).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
    byte[] legacy = Files.readAllBytes(golden("container-legacy.pth"));
    byte[][] hostile = {
      {},
      "not a checkpoint at all".getBytes(StandardCharsets.UTF_8),
      Arrays.copyOf(zip, zip.length / 2),
      Arrays.copyOf(legacy, legacy.length - 10),
      Arrays.copyOf(safetensors, safetensors.length - 1),
      absurd
    };
    Path file = root.resolve("hostile.bin");
    for (byte[] content : hostile) {
      Files.write(file, content);
      assertThat(export(file, "--heads", "3")).isEqualTo(1);
      assertOneLineAndNothingWritten();
      assertThat(err.toString()).contains("hostile.bin");
    }
    Files.delete(file);
    assertThat(export(file)).isEqualTo(1);
    assertOneLineAndNothingWritten();
  }

  /** A safetensors file with a tensor more, in front of the others' data. */
  private static byte[] withExtraTensor(byte[] file) {
    int length = Math.toIntExact(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
    String header = new String(file, 8, length, StandardCharsets.UTF_8).strip();
    int data = file.length - 8 - length;
    String more =
        header.substring(0, header.length() - 1)
            + ",\"left_over\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":["
            + data
            + ","
            + (data + 8)
            + "]}}";
    byte[] text = more.getBytes(StandardCharsets.UTF_8);
    ByteBuffer changed =
        ByteBuffer.allocate(8 + text.length + data + 8).order(ByteOrder.LITTLE_ENDIAN);
    changed.putLong(text.length).put(text).put(file, 8 + length, data);
    return changed.array();
  }
}
