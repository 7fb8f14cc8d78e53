package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.server.config.Handover;
import ai.dvt.server.toy.ToyCascade;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrecisionCheckTest {
  @TempDir private Path folder;

  private final CpuDevice host = new CpuDevice(SessionSettings.DEFAULT, 1);
  private final CpuDevice other = new CpuDevice(SessionSettings.DEFAULT, 1, Handover.DEVICE);

  private static List<RowWriter> pictures(float shift) {
    List<RowWriter> rows = new ArrayList<>();
    Random random = new Random(5);
    for (int i = 0; i < 10; i++) {
      float[] picture = ToyCascade.picture(1, i % 4, random);
      picture[8] += i == 3 ? shift : 0;
      rows.add(row -> write(row, picture));
    }
    return rows;
  }

  private static void write(ByteBuffer row, float[] picture) {
    row.asFloatBuffer().put(picture);
  }

  @Test
  void the_same_graphs_agree_whatever_hands_over() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    try (CascadeSessions a = host.open(folder, manifest, manifest.variants().get(0), 4);
        CascadeSessions b = other.open(folder, manifest, manifest.variants().get(0), 3)) {
      PrecisionCheck check = PrecisionCheck.compare(host, a, other, b, pictures(0));
      assertThat(check.exits()).hasSize(3);
      assertThat(check.exits()).allMatch(e -> e.agreement() == 1 && e.maxError() < 1e-4);
      assertThat(check.passes(1)).isTrue();
      assertThat(a.openRows() + b.openRows()).isZero();
    }
  }

  @Test
  void too_little_agreement_and_what_is_not_finite_fail() {
    PrecisionCheck.Exit good = new PrecisionCheck.Exit(1, 1, 0.01);
    assertThat(new PrecisionCheck(List.of(good)).passes(0.99)).isTrue();
    assertThat(
            new PrecisionCheck(List.of(good, new PrecisionCheck.Exit(2, 0.98, 0.01))).passes(0.99))
        .isFalse();
    assertThat(
            new PrecisionCheck(List.of(new PrecisionCheck.Exit(1, 1, Double.POSITIVE_INFINITY)))
                .passes(0.99))
        .isFalse();
    assertThat(new PrecisionCheck(List.of(good)))
        .hasToString("exit 1: top-1 agreement 1.000, max error 0.01000");
  }

  @Test
  void other_logits_show_as_error_and_disagreement() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    try (CascadeSessions a = host.open(folder, manifest, manifest.variants().get(0), 4);
        CascadeSessions b = other.open(folder, manifest, manifest.variants().get(0), 4)) {
      List<RowWriter> shifted = pictures(100);
      List<RowWriter> plain = pictures(0);
      int[] calls = {0};
      List<RowWriter> differing = new ArrayList<>();
      for (int i = 0; i < plain.size(); i++) {
        int picture = i;
        // The first device reads the plain picture, the second the shifted one.
        differing.add(
            row -> (calls[0]++ < 3 * plain.size() ? plain : shifted).get(picture).writeTo(row));
      }
      PrecisionCheck check = PrecisionCheck.compare(host, a, other, b, differing);
      assertThat(check.exits().get(2).agreement()).isEqualTo(0.9);
      assertThat(check.exits().get(2).maxError()).isGreaterThan(90);
      assertThat(check.passes(0.99)).isFalse();
    }
  }
}
