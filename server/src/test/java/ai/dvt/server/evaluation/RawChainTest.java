package ai.dvt.server.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawChainTest {
  @TempDir Path folder;
  private final CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 1);

  @Test
  void every_image_leaves_at_its_exit_with_its_own_logits() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    Random random = new Random(2);
    List<float[]> pictures = new ArrayList<>();
    List<RowWriter> images = new ArrayList<>();
    for (int i = 0; i < 53; i++) {
      float[] picture = ToyCascade.picture(1 + random.nextInt(3), i % 4, random);
      pictures.add(picture);
      images.add(row -> row.asFloatBuffer().put(picture));
    }
    try (CascadeSessions sessions = device.open(folder, manifest, manifest.variants().get(0), 8)) {
      List<RawChain.Left> left =
          new RawChain(device, sessions, 8)
              .run(
                  images,
                  (image, exit, logits) -> ExitOutcome.ofLogits(exit, logits).confidence() > 0.9);
      for (int i = 0; i < 53; i++) {
        float[][] expected = ToyCascade.expected(pictures.get(i));
        int exit = 1;
        while (exit < 3 && ExitOutcome.ofLogits(exit, expected[exit - 1]).confidence() <= 0.9) {
          exit++;
        }
        assertThat(left.get(i).exit()).isEqualTo(exit);
        assertThat(left.get(i).logits())
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(expected[exit - 1]);
      }
      assertThat(sessions.openRows()).isZero();
    }
    assertThat(device.memory().openBlocks()).isZero();
  }

  @Test
  void a_rule_that_throws_leaves_nothing_open() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    List<RowWriter> images = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      images.add(row -> {});
    }
    try (CascadeSessions sessions = device.open(folder, manifest, manifest.variants().get(0), 4)) {
      assertThatThrownBy(
              () ->
                  new RawChain(device, sessions, 4)
                      .run(
                          images,
                          (image, exit, logits) -> {
                            if (exit == 2) {
                              throw new IllegalStateException("planted");
                            }
                            return false;
                          }))
          .hasMessage("planted");
      assertThat(sessions.openRows()).isZero();
    }
    assertThat(device.memory().openBlocks()).isZero();
  }
}
