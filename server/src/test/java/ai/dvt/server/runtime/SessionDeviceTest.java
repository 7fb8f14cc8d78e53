package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.config.Handover;
import ai.dvt.server.runtime.provider.CpuProvider;
import ai.dvt.server.runtime.provider.CudaProvider;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionDeviceTest {
  @ParameterizedTest
  @CsvSource({"1,1,1", "2,2,2", "16,16,2"})
  void a_gpu_is_fed_by_two_threads_at_most(int workers, int ofProcessor, int ofGpu) {
    try (SessionDevice processor =
            new SessionDevice(new CpuProvider(), SessionSettings.DEFAULT, workers, Handover.AUTO);
        SessionDevice gpu =
            new SessionDevice(
                new CudaProvider(Map.of(), true),
                SessionSettings.DEFAULT,
                workers,
                Handover.AUTO)) {
      assertThat(processor.workers()).isEqualTo(ofProcessor);
      assertThat(gpu.workers()).isEqualTo(ofGpu);
      assertThat(processor.runsAtOnce()).isEqualTo(ofProcessor);
      assertThat(gpu.runsAtOnce()).isEqualTo(1);
    }
  }

  @Test
  void a_gpu_says_what_sets_it_apart() {
    try (SessionDevice gpu =
        new SessionDevice(
            new CudaProvider(Map.of(), true), SessionSettings.DEFAULT, 1, Handover.AUTO)) {
      assertThat(gpu.onHost()).isFalse();
      assertThat(gpu.reducesPrecision()).isTrue();
      assertThat(gpu.provider()).isEqualTo("cuda");
    }
  }
}
