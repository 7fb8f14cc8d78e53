package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.Handover;
import ai.dvt.server.config.Mode;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import ai.dvt.server.runtime.provider.CpuProvider;
import ai.dvt.server.toy.ForwardingRun;
import ai.dvt.server.toy.ForwardingSessions;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that nobody named, on a device that takes as long for any, until its memory ends. */
class SessionOpenerTest {
  private static final EngineLimits PICKED =
      new EngineLimits(
          1, Mode.THROUGHPUT, OptionalInt.empty(), List.of(), Defaults.engine().queue());

  @TempDir private Path folder;
  private ModelVersion toy;

  @BeforeEach
  void write() throws Exception {
    ToyCascade.write(folder.resolve("toy/1"), "toy");
    toy = ModelRepository.scan(folder).latest("toy").orElseThrow();
  }

  /** Opens and runs only so many rows. */
  private static final class SmallGpu extends SessionDevice {
    private final int opens;
    private final int runs;

    SmallGpu(int opens, int runs) {
      super(new CpuProvider(), SessionSettings.DEFAULT, 1, Handover.DEVICE);
      this.opens = opens;
      this.runs = runs;
    }

    @Override
    public int largestBatchTried() {
      return 128;
    }

    @Override
    public CascadeSessions open(
        Path folder, CascadeManifest manifest, VariantSpec variant, int maxBatch)
        throws StageException {
      if (maxBatch > opens) {
        throw new StageException("too large a batch: " + maxBatch);
      }
      return new ForwardingSessions(super.open(folder, manifest, variant, maxBatch)) {
        @Override
        public StageRun run(
            int stage,
            List<? extends RowWriter> images,
            List<? extends HandoverRow> handover,
            Workspace workspace)
            throws StageException {
          if (stage == 2 && images.size() > runs) {
            throw new StageException("out of memory");
          }
          return new ForwardingRun(super.run(stage, images, handover, workspace)) {
            @Override
            public long nanos() {
              return 1_000_000;
            }
          };
        }
      };
    }
  }

  private SessionOpener.Opened open(SmallGpu gpu) throws Exception {
    String setting = toy.manifest().settings().get(0);
    SessionOpener.Opened opened =
        new SessionOpener(PICKED).open(gpu, toy, setting, toy.folder(), false);
    assertThat(opened.sessions().openRows()).isZero();
    return opened;
  }

  @Test
  void a_gpu_is_tried_with_larger_batches_than_a_processor() throws Exception {
    try (SmallGpu gpu = new SmallGpu(1000, 1000)) {
      SessionOpener.Opened opened = open(gpu);
      assertThat(opened.batches()).containsExactly(128, 128, 128);
      assertThat(opened.sessions().maxBatch()).isEqualTo(128);
      opened.sessions().close();
    }
  }

  @Test
  void where_its_memory_ends_the_trying_ends() throws Exception {
    try (SmallGpu gpu = new SmallGpu(1000, 40)) {
      SessionOpener.Opened opened = open(gpu);
      assertThat(opened.batches()).containsExactly(32, 32, 32);
      assertThat(opened.sessions().maxBatch()).isEqualTo(32);
      assertThat(opened.times().orElseThrow().expectedNanos(2, 32)).isEqualTo(1_000_000);
      opened.sessions().close();
      assertThat(gpu.openTensors()).isZero();
    }
  }

  @Test
  void tensors_that_do_not_fit_so_large_a_batch_are_tried_in_smaller_ones() throws Exception {
    try (SmallGpu gpu = new SmallGpu(64, 1000)) {
      SessionOpener.Opened opened = open(gpu);
      assertThat(opened.batches()).containsExactly(64, 64, 64);
      opened.sessions().close();
    }
  }

  @Test
  void what_fails_in_batches_that_a_processor_takes_is_a_fault() throws Exception {
    try (SmallGpu gpu = new SmallGpu(1000, 15)) {
      assertThatThrownBy(() -> open(gpu))
          .isInstanceOf(StageException.class)
          .hasMessage("out of memory");
      assertThat(gpu.openTensors()).isZero();
    }
    try (SmallGpu gpu = new SmallGpu(15, 1000)) {
      assertThatThrownBy(() -> open(gpu))
          .isInstanceOf(StageException.class)
          .hasMessage("too large a batch: 16");
    }
  }
}
