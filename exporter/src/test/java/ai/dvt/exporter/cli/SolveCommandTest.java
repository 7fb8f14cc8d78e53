package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.cascade.wire.Manifests;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SolveCommandTest {
  @TempDir Path root;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int solve(String... more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] arguments = {"solve", root.toString(), "--name", "val"};
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return ExporterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
  }

  private Calibration calibration(String name) throws IOException {
    return Manifests.calibrationFromJson(
        Files.readString(root.resolve("calibrations/" + name + ".json")));
  }

  @BeforeEach
  void writeManifestAndRecords() throws IOException {
    FileSpec file = new FileSpec("stage.onnx", "0".repeat(64), 1);
    List<StageSpec> stages =
        List.of(
            new StageSpec("4x4", file, List.of(), 4, 4, 1.0, "image", "logits", List.of()),
            new StageSpec("8x8", file, List.of(), 8, 8, 5.0, "image", "logits", List.of()));
    CascadeManifest manifest =
        new CascadeManifest(
            "toy",
            "dvt-deit",
            List.of(
                new VariantSpec(
                    "portable", Flavour.PORTABLE, Precision.FLOAT32, List.of(), stages)),
            new Preprocessing(
                32, 32, Preprocessing.Resize.STRETCH, 32, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            10,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Files.writeString(root.resolve("manifest.json"), Manifests.toJson(manifest));
    Files.createDirectories(root.resolve("calibrations"));
    Random random = new Random(1);
    ExitRecords.Builder records = new ExitRecords.Builder(2);
    for (int i = 0; i < 2000; i++) {
      float sure = 0.5f + random.nextFloat() / 2;
      boolean right = random.nextFloat() < sure;
      records.add(
          "%064x".formatted(i),
          3,
          List.of(
              new ExitOutcome(1, right ? 3 : 4, sure, 1 - sure, 1 - sure),
              new ExitOutcome(2, random.nextInt(20) > 0 ? 3 : 4, 0.9f, 0.1f, 0.3f)));
    }
    ExitRecordsFile.write(records.build(), root.resolve("calibrations/val.records.npy"));
  }

  @Test
  void points_are_named_by_cost_and_the_default_is_the_cheapest_that_reaches_the_last_exit()
      throws IOException {
    assertThat(solve("--points", "9")).as(err.toString()).isZero();
    Calibration calibration = calibration("val");
    assertThat(calibration.points()).hasSizeBetween(5, 9);
    for (OperatingPoint point : calibration.points()) {
      assertThat(point.name()).matches("[0-9.]+GFLOPs");
      assertThat(point.thresholds().criterion()).isEqualTo(Criterion.CONFIDENCE);
      assertThat(point.expectedAgreement().isPresent())
          .as(point.name())
          .isEqualTo(point.exitShares().get(0) > 0);
    }
    OperatingPoint cheapest = calibration.points().get(0);
    assertThat(cheapest.exitShares().get(0)).isEqualTo(1.0);
    // Both exits name class 3: a right first exit (3 in 4) and 19 of 20; or both name class 4.
    assertThat(cheapest.expectedAgreement().orElseThrow()).isBetween(0.69, 0.76);
    assertThat(calibration.defaultPoint()).isPresent();
    assertThat(out.toString())
        .contains("genetic is on average", "margin rule against the model's last exit");
    assertThat(solve("--points", "9", "--solver", "exact", "--criterion", "entropy")).isZero();
    assertThat(calibration("val").points())
        .allMatch(point -> point.thresholds().criterion() == Criterion.ENTROPY);
  }

  @Test
  void a_default_point_replaces_that_of_other_calibrations_and_names_stay_unique()
      throws IOException {
    OperatingPoint same =
        new OperatingPoint(
            "5.00GFLOPs",
            Optional.empty(),
            new Thresholds(Criterion.CONFIDENCE, List.of(0.5f)),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            List.of());
    Path other = root.resolve("calibrations/other.json");
    Files.writeString(
        other,
        Manifests.toJson(new Calibration("other", List.of(same), Optional.of("5.00GFLOPs"))));
    assertThat(solve("--points", "5")).isZero();
    assertThat(calibration("other").defaultPoint()).isEmpty();
    assertThat(calibration("other").points()).containsExactly(same);
    assertThat(calibration("val").defaultPoint()).isPresent();
    assertThat(calibration("val").points())
        .extracting(OperatingPoint::name)
        .doesNotContain("5.00GFLOPs");
  }

  @Test
  void what_cannot_be_solved_is_one_line() throws IOException {
    assertThat(solve("--budgets", "0.5,2")).isEqualTo(1);
    assertThat(err.toString())
        .contains("budget: 0.5 GFLOPs (expected: 1.0 to 5.0, the costs of the first and the last");
    assertThat(solve("--criterion", "random")).isEqualTo(1);
    assertThat(err.toString()).contains("(expected: one that a policy can ask for)");
    Files.delete(root.resolve("calibrations/val.records.npy"));
    assertThat(solve()).isEqualTo(1);
    assertThat(err.toString()).contains("val.records.npy: absent");
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(root.resolve("calibrations/val.json")).doesNotExist();
  }
}
