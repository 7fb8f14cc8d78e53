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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operating points of models with settings, from made-up records. */
class SolveSettingsTest {
  private static final int PICTURES = 1000;

  @TempDir Path root;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int solve(String... more) {
    List<String> arguments = new ArrayList<>(List.of("solve", root.toString(), "--name", "val"));
    arguments.addAll(List.of(more));
    return ExporterMain.run(
        new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(new String[0]));
  }

  private Calibration calibration(String name) throws IOException {
    return Manifests.calibrationFromJson(
        Files.readString(root.resolve("calibrations/" + name + ".json")));
  }

  /** Writes a manifest of settings whose exits cost so much. */
  private void manifest(Map<String, List<Double>> gflops) throws IOException {
    FileSpec file = new FileSpec("stage.onnx", "0".repeat(64), 1);
    List<VariantSpec> variants = new ArrayList<>();
    for (String setting : gflops.keySet().stream().sorted().toList()) {
      List<StageSpec> stages = new ArrayList<>();
      for (double cost : gflops.get(setting)) {
        stages.add(new StageSpec("4x4", file, List.of(), 4, 4, cost, "image", "logits", List.of()));
      }
      variants.add(
          new VariantSpec(
              setting + ".cpu",
              Flavour.CPU,
              Precision.FLOAT32,
              List.of("cpu"),
              stages,
              Optional.of(setting),
              Optional.empty()));
    }
    CascadeManifest manifest =
        new CascadeManifest(
            "toy",
            "evit",
            variants,
            new Preprocessing(
                32, 32, Preprocessing.Resize.STRETCH, 32, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            10,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Files.createDirectories(root.resolve("calibrations"));
    Files.writeString(root.resolve("manifest.json"), Manifests.toJson(manifest));
  }

  /**
   * Records in which each exit is right on so many of the pictures.
   *
   * @param cost what each picture costs up to the last exit, where pictures decide
   */
  private static ExitRecords records(List<Integer> right, Optional<Float> cost) {
    Random random = new Random(right.get(right.size() - 1));
    ExitRecords.Builder records = new ExitRecords.Builder(right.size(), cost.isPresent());
    for (int i = 0; i < PICTURES; i++) {
      List<ExitOutcome> outcomes = new ArrayList<>();
      for (int exit = 1; exit <= right.size(); exit++) {
        float sure = 0.52f + 0.48f * (PICTURES - i) / PICTURES - 0.01f * random.nextFloat();
        outcomes.add(
            new ExitOutcome(exit, i < right.get(exit - 1) ? 3 : 4, sure, 1 - sure, 1 - sure));
      }
      List<Float> costs = cost.map(mean -> List.of(mean + noise(random))).orElse(List.of());
      records.add("%064x".formatted(i), 3, outcomes, costs);
    }
    return records.build();
  }

  private static float noise(Random random) {
    return 0.1f * (float) random.nextGaussian();
  }

  private void write(String setting, ExitRecords records) throws IOException {
    ExitRecordsFile.write(records, ExitRecordsFile.in(root, "val", setting));
  }

  @Test
  void settings_that_others_beat_get_no_point_and_measured_points_replace_unmeasured_ones()
      throws IOException {
    manifest(
        Map.of(
            "keep-0.90",
            List.of(4.0),
            "keep-0.80",
            List.of(3.5),
            "keep-0.70",
            List.of(3.0),
            "keep-0.50",
            List.of(2.0)));
    write("keep-0.90", records(List.of(930), Optional.empty()));
    write("keep-0.80", records(List.of(900), Optional.empty()));
    write("keep-0.70", records(List.of(925), Optional.empty()));
    write("keep-0.50", records(List.of(800), Optional.empty()));
    List<OperatingPoint> unmeasured = new ArrayList<>();
    for (String name : List.of("keep-0.50", "keep-0.70", "keep-0.80", "keep-0.90")) {
      unmeasured.add(
          new OperatingPoint(
              name,
              Optional.of(name),
              new Thresholds(Criterion.CONFIDENCE, List.of()),
              OptionalDouble.empty(),
              OptionalDouble.of(1),
              List.of()));
    }
    Files.writeString(
        root.resolve("calibrations/settings.json"),
        Manifests.toJson(new Calibration("export", unmeasured, Optional.of("keep-0.50"))));

    // Against the first setting's last exit, which is right on 800.
    assertThat(solve("--rule", "plain")).as(err.toString()).isZero();
    List<OperatingPoint> points = calibration("val").points();
    assertThat(points)
        .extracting(OperatingPoint::name)
        .containsExactly("keep-0.50", "keep-0.70", "keep-0.90");
    assertThat(points)
        .extracting(point -> point.variant().orElseThrow())
        .containsExactly("keep-0.50", "keep-0.70", "keep-0.90");
    assertThat(points.get(1).expectedAccuracy()).hasValue(0.925);
    assertThat(points.get(1).expectedGflops()).hasValue(3.0);
    assertThat(points.get(1).exitShares()).containsExactly(1.0);
    assertThat(calibration("val").defaultPoint()).contains("keep-0.50");
    assertThat(calibration("settings").points())
        .extracting(OperatingPoint::name)
        .containsExactly("keep-0.80");
    assertThat(calibration("settings").defaultPoint()).isEmpty();
    assertThat(out.toString()).contains("setting");
  }

  @Test
  void thresholds_are_solved_for_each_setting_of_a_cascade() throws IOException {
    manifest(Map.of("keep-0.50", List.of(1.0, 3.0), "keep-0.90", List.of(1.0, 5.0)));
    write("keep-0.50", records(List.of(700, 850), Optional.empty()));
    write("keep-0.90", records(List.of(700, 950), Optional.empty()));
    assertThat(solve("--points", "9", "--solver", "exact")).as(err.toString()).isZero();
    List<OperatingPoint> points = calibration("val").points();
    assertThat(points).extracting(point -> point.variant().orElseThrow()).contains("keep-0.90");
    assertThat(points).allMatch(point -> point.name().matches("[0-9.]+GFLOPs"));
    for (int i = 1; i < points.size(); i++) {
      assertThat(points.get(i).expectedGflops().orElseThrow())
          .isGreaterThan(points.get(i - 1).expectedGflops().orElseThrow());
      assertThat(points.get(i).expectedAccuracy().orElseThrow())
          .isGreaterThan(points.get(i - 1).expectedAccuracy().orElseThrow());
    }
    out.getBuffer().setLength(0);
    assertThat(solve("--budgets", "4")).as(err.toString()).isZero();
    assertThat(calibration("val").points())
        .extracting(point -> point.variant().orElseThrow())
        .containsExactly("keep-0.90");
    assertThat(solve("--budgets", "7")).isEqualTo(1);
    assertThat(err.toString())
        .contains("budget: 7.0 GFLOPs (expected: keep-0.50 [1.0, 3.0], keep-0.90 [1.0, 5.0]");
  }

  @Test
  void where_pictures_decide_their_cost_a_point_has_the_average() throws IOException {
    manifest(Map.of("keep-0.50", List.of(4.0), "keep-0.90", List.of(4.0)));
    write("keep-0.50", records(List.of(900), Optional.of(2f)));
    write("keep-0.90", records(List.of(950), Optional.of(3f)));
    assertThat(solve()).as(err.toString()).isZero();
    List<OperatingPoint> points = calibration("val").points();
    assertThat(points.get(0).expectedGflops().orElseThrow()).isBetween(1.98, 2.02);
    assertThat(points.get(1).expectedGflops().orElseThrow()).isBetween(2.98, 3.02);
  }

  @Test
  void settings_of_other_pictures_are_refused() throws IOException {
    manifest(Map.of("keep-0.50", List.of(2.0), "keep-0.90", List.of(4.0)));
    write("keep-0.50", records(List.of(900), Optional.empty()));
    ExitRecords.Builder other = new ExitRecords.Builder(1);
    other.add("f".repeat(64), 3, List.of(new ExitOutcome(1, 3, 0.9f, 0.1f, 0.1f)));
    write("keep-0.90", other.build());
    assertThat(solve()).isEqualTo(1);
    assertThat(err.toString())
        .contains("records of keep-0.90: other pictures than keep-0.50's (expected: ");
    Files.delete(ExitRecordsFile.in(root, "val", "keep-0.90"));
    err.getBuffer().setLength(0);
    assertThat(solve()).isEqualTo(1);
    assertThat(err.toString()).contains("val@keep-0.90.records.npy: absent");
  }
}
