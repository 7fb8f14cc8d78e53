package ai.dvt.exporter.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.FileSpec;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.ExternalTensors.Location;
import ai.dvt.exporter.onnx.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsFileTest {
  @TempDir Path root;

  private static Constant filled(String name, int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return Constant.weight(name, Shape.of(count), () -> values.clone());
  }

  @Test
  void equal_bytes_stand_once_and_large_tensors_begin_at_a_page() throws IOException {
    try (VersionFolder folder = VersionFolder.begin(root.resolve("1"), false)) {
      FileSpec described;
      try (WeightsFile weights = WeightsFile.create(folder)) {
        Location small = weights.place(filled("a", 300, 1));
        Location large = weights.place(filled("b", 2000, 2));
        Location again = weights.place(filled("another name", 2000, 2));
        Location after = weights.place(filled("c", 1024, 3));
        assertThat(small).isEqualTo(new Location("weights.bin", 0, 1200));
        assertThat(large).isEqualTo(new Location("weights.bin", 4096, 8000));
        assertThat(again).isEqualTo(large);
        assertThat(after.offset() % WeightsFile.PAGE).isZero();
        assertThat(after.length()).isEqualTo(4096);
        described = weights.describe();
      }
      assertThat(described).isEqualTo(folder.describe("weights.bin"));
      byte[] bytes = Files.readAllBytes(folder.path().resolve("weights.bin"));
      byte[] b = new byte[8000];
      filled("b", 2000, 2).bytes().get(b);
      assertThat(Arrays.copyOfRange(bytes, 4096, 4096 + 8000)).isEqualTo(b);
      assertThat(Arrays.copyOfRange(bytes, 1200, 4096)).containsOnly(0);
    }
  }

  @Test
  void the_same_numbers_in_another_shape_share_their_bytes() throws IOException {
    try (VersionFolder folder = VersionFolder.begin(root.resolve("1"), false);
        WeightsFile weights = WeightsFile.create(folder)) {
      Constant flat = filled("a", 1200, 1);
      assertThat(weights.place(flat.reshaped("b", Shape.of(30, 40))))
          .isEqualTo(weights.place(flat));
    }
  }
}
