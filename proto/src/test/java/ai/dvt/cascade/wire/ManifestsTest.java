package ai.dvt.cascade.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Preprocessing.Resize;
import ai.dvt.cascade.Provenance;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.VariantSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestsTest {
  /** A cascade that hands over three tensors, one of them int64. */
  private static CascadeManifest manifest() {
    return new CascadeManifest(
        "toy-model.v1",
        "dvt-deit-small",
        List.of(variant("cpu", Flavour.CPU), variant("portable", Flavour.PORTABLE)),
        new Preprocessing(
            224, 192, Resize.SHORTER_SIDE, 256, List.of(.485f, .456f, 0f), List.of(.2f, .1f, 1f)),
        10,
        Optional.of(file("labels.txt")),
        Optional.of(
            new SelfTestSpec(
                file("self-test/input.npy"),
                List.of(file("self-test/logits-1.npy"), file("self-test/logits-2.npy")),
                1e-3)),
        Optional.of(new Provenance("a.pth", "ab".repeat(32), "0.1.0", List.of("--name", "a b"))));
  }

  private static VariantSpec variant(String name, Flavour flavour) {
    StageSpec first =
        new StageSpec(
            "7x7",
            file("stage-1." + name + ".onnx"),
            List.of(file("weights.bin")),
            7,
            7,
            0.25,
            "image",
            "logits",
            List.of());
    StageSpec second =
        new StageSpec(
            "14x14",
            file("stage-2." + name + ".onnx"),
            List.of(),
            14,
            13,
            1.5,
            "image",
            "logits",
            List.of(
                new HandoverSpec("tokens", "reused_tokens", DataType.FLOAT32, List.of(50L, 8L), 1),
                new HandoverSpec("kept", "reused_kept", DataType.INT64, List.of(50L), 1),
                new HandoverSpec("flag", "reused_flag", DataType.UINT8, List.of(), 1)),
            Optional.of("gflops"),
            Optional.of("ats"));
    return new VariantSpec(
        name,
        flavour,
        Precision.FLOAT32,
        List.of("cpu", "cuda"),
        List.of(first, second),
        flavour == Flavour.CPU ? Optional.of("keep-0.50") : Optional.empty(),
        flavour == Flavour.CPU
            ? Optional.of(
                new SelfTestSpec(
                    file("self-test/input.npy"),
                    List.of(file("self-test/a.npy"), file("self-test/b.npy")),
                    1e-3))
            : Optional.empty());
  }

  private static FileSpec file(String path) {
    return new FileSpec(path, "0f".repeat(32), 1L << 40);
  }

  private static Calibration calibration() {
    return new Calibration(
        "5,000 held-out pictures",
        List.of(
            new OperatingPoint(
                "0.5GFLOPs",
                Optional.of("cpu"),
                new Thresholds(Criterion.CONFIDENCE, List.of(.5f, Thresholds.NEVER)),
                OptionalDouble.of(0.75),
                OptionalDouble.of(0.5),
                List.of(.5, .25, .25),
                OptionalDouble.of(0.875)),
            new OperatingPoint(
                "unmeasured",
                Optional.empty(),
                new Thresholds(Criterion.ENTROPY, List.of(0f, 2.5f)),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                List.of())),
        Optional.of("0.5GFLOPs"));
  }

  @Test
  void a_manifest_reads_back_as_it_was_written() {
    assertThat(Manifests.fromJson(Manifests.toJson(manifest()))).isEqualTo(manifest());
  }

  @Test
  void a_manifest_of_what_is_required_reads_back() {
    CascadeManifest all = manifest();
    CascadeManifest least =
        new CascadeManifest(
            all.model(),
            all.architecture(),
            all.variants().subList(0, 1),
            all.preprocessing(),
            all.classes(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(Manifests.fromJson(Manifests.toJson(least))).isEqualTo(least);
  }

  @Test
  void a_calibration_reads_back_as_it_was_written() {
    assertThat(Manifests.calibrationFromJson(Manifests.toJson(calibration())))
        .isEqualTo(calibration());
    Calibration none = new Calibration("", List.of(), Optional.empty());
    assertThat(Manifests.calibrationFromJson(Manifests.toJson(none))).isEqualTo(none);
  }

  @Test
  void unknown_fields_are_ignored() {
    String json = Manifests.toJson(manifest());
    String more =
        json.replaceFirst("\\{", "{\"future\": {\"a\": [1, 2]},")
            .replace("\"grid_rows\"", "\"grid_depth\": 3, \"grid_rows\"");
    assertThat(more).contains("grid_depth").contains("future");
    assertThat(Manifests.fromJson(more)).isEqualTo(manifest());
    assertThat(
            Manifests.calibrationFromJson(
                Manifests.toJson(calibration()).replaceFirst("\\{", "{\"later\": null,")))
        .isEqualTo(calibration());
  }

  @Test
  void another_schema_version_is_refused() {
    String json = Manifests.toJson(manifest());
    for (String version : List.of("0", "2", "4294967295")) {
      assertThatThrownBy(
              () ->
                  Manifests.fromJson(
                      json.replace("\"schema_version\": 1", "\"schema_version\": " + version)))
          .isInstanceOf(ContractException.class)
          .hasMessageStartingWith("schema_version: ");
    }
    assertThatThrownBy(() -> Manifests.fromJson(json.replace("\"schema_version\": 1,", "")))
        .hasMessageStartingWith("schema_version: 0 (expected: 1)");
    assertThatThrownBy(
            () ->
                Manifests.calibrationFromJson(
                    Manifests.toJson(calibration())
                        .replace("\"schema_version\": 1", "\"schema_version\": 7")))
        .hasMessageStartingWith("schema_version: 7");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "weights.bin                | ../weights.bin       | path",
        "weights.bin                | /weights.bin         | path",
        "weights.bin                | a\\\\\\\\b           | path",
        "\"from_stage\": 1          | \"from_stage\": 2    | from_stage",
        "\"from_stage\": 1          | \"from_stage\": 0    | from_stage",
        "\"gflops\": 1.5            | \"gflops\": 0.1      | gflops of stage 2",
        "\"gflops\": 1.5            | \"gflops\": \"NaN\"  | gflops",
        "\"classes\": 10            | \"classes\": 0       | classes",
        "\"name\": \"portable\"     | \"name\": \"cpu\"    | variant",
        "\"model\": \"toy-model.v1\"| \"model\": \"../x\"  | model",
        "\"tolerance\": 0.001       | \"tolerance\": 0     | self_test.tolerance",
        "\"resize_side\": 256       | \"resize_side\": 200 | resize_side",
        "FLAVOUR_CPU                | FLAVOUR_UNSPECIFIED  | flavour",
        "DATA_TYPE_INT64            | DATA_TYPE_STRING     | data_type",
        "\"50\"                     | \"0\"                | shape of",
        "\"50\"                     | \"999999999999\"     | shape of",
        "{                          | [                    | json",
      })
  void a_manifest_that_breaks_a_rule_is_refused_naming_the_field(
      String from, String to, String field) {
    String json = Manifests.toJson(manifest());
    String broken = json.replaceAll(java.util.regex.Pattern.quote(from), to);
    assertThat(broken).isNotEqualTo(json);
    assertThatThrownBy(() -> Manifests.fromJson(broken))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining(field)
        .hasMessageContaining("(expected: ");
  }
}
