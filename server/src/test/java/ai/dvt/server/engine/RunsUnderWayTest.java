package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stage 1 takes 100 ns in any batch, stage 2 30. */
class RunsUnderWayTest {
  private static final long NOW = 5_000;

  @TempDir private Path folder;
  private final CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 1);
  private final RunsUnderWay runs = new RunsUnderWay();
  private final WaitingImages nobody =
      new WaitingImages(new FullBatchesFirst(), new SystemClock(), (image, stage) -> {});
  private ServedCascade cascade;

  @BeforeEach
  void open() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    cascade =
        new ServedCascade("toy/1", device.open(folder, manifest, manifest.variants().get(0), 4));
    cascade.times().ran(1, 4, 100);
    cascade.times().ran(2, 4, 30);
  }

  @AfterEach
  void close() {
    cascade.close();
    device.close();
  }

  private Batch batch(int stage) {
    return new Batch(cascade, stage, Collections.nCopies(4, null), NOW);
  }

  private long waits(long nowNanos) {
    return runs.forecast(cascade, 1, nobody, nowNanos).waitNanos();
  }

  @Test
  void side_by_side_the_first_place_that_is_free_counts() {
    runs.staffed(2);
    assertThat(waits(NOW)).isZero();
    Batch first = batch(1);
    runs.began(first, NOW);
    assertThat(waits(NOW)).isZero();
    Batch second = batch(2);
    runs.began(second, NOW + 10);
    assertThat(waits(NOW + 20)).isEqualTo(20);
    runs.ended(second);
    assertThat(waits(NOW + 20)).isZero();
    runs.ended(first);
  }

  @Test
  void where_threads_take_turns_a_run_that_began_beside_another_ends_after_it() {
    runs.staffed(1);
    Batch first = batch(1);
    runs.began(first, NOW);
    assertThat(waits(NOW + 10)).isEqualTo(90);
    Batch second = batch(2);
    runs.began(second, NOW + 10);
    assertThat(waits(NOW + 10)).isEqualTo(120);
    runs.ended(first);
    assertThat(waits(NOW + 100)).isEqualTo(30);
    runs.ended(second);
    assertThat(waits(NOW + 100)).isZero();
  }
}
