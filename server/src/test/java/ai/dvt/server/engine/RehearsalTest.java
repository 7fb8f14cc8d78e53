package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RehearsalTest {
  @TempDir private Path folder;

  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void memory_is_looked_at_once_and_nothing_stays_open() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    try (CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 3);
        CascadeSessions sessions = device.open(folder, manifest, manifest.variants().get(0), 4)) {
      rehearse(device, sessions);
      assertThat(looks).hasValue(1);
      assertThat(device.openTensors()).isZero();
    }
  }

  @Test
  void a_stage_that_fails_ends_it_for_all_workers_with_the_cause() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    Files.write(folder.resolve("stage-2.onnx"), FailingGraph.stage2());
    try (CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 3);
        CascadeSessions sessions = device.open(folder, manifest, manifest.variants().get(0), 4)) {
      assertThatThrownBy(() -> rehearse(device, sessions))
          .isInstanceOf(StageException.class)
          .hasMessageContaining("stage 2");
      assertThat(looks).hasValue(0);
    }
  }

  private void rehearse(CpuDevice device, CascadeSessions sessions)
      throws StageException, InterruptedException {
    new Rehearsal(device, List.of(new ServedCascade("toy/1", sessions)))
        .run(looks::incrementAndGet);
  }
}
