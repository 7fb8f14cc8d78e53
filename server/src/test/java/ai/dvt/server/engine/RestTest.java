package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestTest {
  private static final int BATCH = 64;

  @TempDir Path folder;

  @Test
  void after_a_rest_the_workers_hold_no_buffers_and_the_next_image_is_answered() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder, 2, BATCH)) {
      for (int i = 0; i < 200; i++) {
        toy.submit(new Picture(ToyCascade.picture(3, 1, new Random(i))), ToyEngine.EARLY);
      }
      assertThat(toy.engine.drain(Duration.ofSeconds(30))).isTrue();
      long kept = toy.device.memory().openBytes();
      while (toy.device.memory().openBytes() > kept / 2) {
        Thread.sleep(5);
      }
    }
  }
}
