package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.QueueLimits;
import ai.dvt.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MemoryLimitTest {
  @TempDir Path models;

  @Test
  void what_the_process_and_its_heap_leave_is_for_images() throws Exception {
    long own = MemoryPlan.OWN;
    assertThat(new MemoryPlan(own + 1000, 300, 400, 100).room()).isEqualTo(200);
    assertThatThrownBy(() -> new MemoryPlan(own + 800, 300, 400, 100).room())
        .isInstanceOf(ServerException.class)
        .hasMessageStartingWith(
            "memory-limit: " + (own + 800) + " bytes (expected: > " + (own + 800) + ", the 300 of")
        .hasMessageContaining("the 400 that the heap may grow")
        .hasMessageContaining("the 100 of arriving messages");
    assertThatThrownBy(() -> MemoryPlan.now(1000, 0, OptionalLong.empty()))
        .hasMessageContaining("memory-limit: 1000 (expected: none");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_server_that_cannot_stay_under_its_limit_does_not_start() {
    assertThatThrownBy(() -> ToyServer.start(limited("little", 1 << 20, 64 << 20)).close())
        .isInstanceOf(ServerException.class)
        .hasMessageStartingWith("memory-limit: 1048576 bytes (expected: > ");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void the_limit_lowers_what_may_wait() throws Exception {
    long limit = 3 * Runtime.getRuntime().maxMemory() + (4L << 30);
    try (ToyServer toy = ToyServer.start(limited("a", limit, Long.MAX_VALUE / 2))) {
      assertThat(toy.server.admissionCapacityBytes()).isBetween(1L << 30, limit);
    }
    try (ToyServer toy = ToyServer.start(limited("b", limit, 64 << 20))) {
      assertThat(toy.server.admissionCapacityBytes()).isEqualTo(64 << 20);
    }
  }

  private ServerConfig limited(String folder, long limit, long queueBytes) {
    ServerConfig config = ToyServer.config(models.resolve(folder));
    EngineLimits engine = config.engine();
    return ToyServer.with(
        config,
        new EngineLimits(
            engine.workers(),
            engine.mode(),
            engine.maxBatch(),
            engine.maxQueueDelays(),
            new QueueLimits(1024, queueBytes, Optional.empty(), OptionalLong.of(limit))),
        config.calls());
  }
}
