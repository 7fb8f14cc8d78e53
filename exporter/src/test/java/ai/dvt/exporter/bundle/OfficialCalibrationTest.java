package ai.dvt.exporter.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfficialCalibrationTest {
  @ParameterizedTest
  @ValueSource(strings = {"dvt-deit-both", "dvt-t2t-both", "dvt-t2t-none"})
  void the_59_rows_of_a_release_file_become_operating_points(String name) throws IOException {
    Calibration calibration;
    try (CheckpointFile file =
        CheckpointFile.open(GoldenFiles.folder().resolve(name + ".pth.tar"))) {
      List<List<Double>> curve = file.extras().rows("budgeted_batch_classification").orElseThrow();
      List<Double> gflops = file.extras().numbers("flops").orElseThrow();
      calibration = OfficialCalibration.of(file.extras(), gflops).orElseThrow();
      for (int row = 0; row < 59; row++) {
        OperatingPoint point = calibration.points().get(row);
        assertThat(point.expectedAccuracy().getAsDouble()).isEqualTo(curve.get(1).get(row) / 100);
        assertThat(point.expectedGflops().getAsDouble()).isEqualTo(curve.get(0).get(row));
      }
    }
    float[] stored = NpyFile.read(GoldenFiles.folder().resolve(name + ".threshold.npy")).toFloats();
    assertThat(calibration.points()).hasSize(59);
    assertThat(calibration.points().stream().map(OperatingPoint::name)).doesNotHaveDuplicates();
    for (int row = 0; row < 59; row++) {
      assertThat(calibration.points().get(row).thresholds().values())
          .containsExactly(stored[3 * row], stored[3 * row + 1]);
    }
    assertThat(calibration.defaultPoint()).isPresent();
    assertThat(Manifests.calibrationFromJson(Manifests.toJson(calibration))).isEqualTo(calibration);
  }

  @Test
  void a_checkpoint_without_thresholds_has_none() {
    try (CheckpointFile file = CheckpointFile.open(GoldenFiles.folder().resolve("deit.pth"))) {
      assertThat(OfficialCalibration.of(file.extras(), List.of(1.0, 2.0, 3.0))).isEmpty();
    }
  }
}
