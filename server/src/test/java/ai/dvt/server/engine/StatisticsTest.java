package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitReason;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatisticsTest {
  @TempDir Path folder;
  private final Random random = new Random(3);

  @Test
  void every_image_is_counted_at_its_exit_and_every_run_by_its_rows() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder, 1, 4)) {
      Picture first = Picture.holding(ToyCascade.picture(1, 0, random));
      List<Heard> heard = new ArrayList<>();
      heard.add(toy.submit(first, ToyEngine.EARLY));
      first.awaitGathering();
      for (int exit : new int[] {1, 2, 2, 3}) {
        heard.add(toy.submit(new Picture(ToyCascade.picture(exit, 1, random)), ToyEngine.EARLY));
      }
      StageStatistics waiting = toy.engine.statistics(toy.cascade).stages().get(0);
      assertThat(waiting.queuedRows()).isEqualTo(4);
      assertThat(waiting.queuedBytes()).isEqualTo(4 * 48);
      assertThat(toy.engine.admission().statistics().rows()).isEqualTo(5);
      first.release();
      heard.forEach(Heard::await);
      toy.assertEmpty();
      CascadeStatistics counted = toy.engine.statistics(toy.cascade);
      StageStatistics one = counted.stages().get(0);
      assertThat(one.runsBySize()).containsExactly(0L, 1L, 0L, 0L, 1L);
      assertThat(one.runs()).isEqualTo(2);
      assertThat(one.rows()).isEqualTo(5);
      assertThat(one.runNanos()).isPositive();
      assertThat(one.queueNanos()).isPositive();
      assertThat(one.answered()).isEqualTo(Map.of(ExitReason.CONFIDENT, 2L));
      assertThat(counted.stages().get(1).rows()).isEqualTo(3);
      assertThat(counted.stages().get(1).answered()).isEqualTo(Map.of(ExitReason.CONFIDENT, 2L));
      assertThat(counted.stages().get(2).rows()).isEqualTo(1);
      assertThat(counted.stages().get(2).answered()).isEqualTo(Map.of(ExitReason.FINAL, 1L));
      assertThat(counted.stages()).allMatch(s -> s.queuedRows() == 0 && s.queuedBytes() == 0);
      assertThat(counted.failed()).isEmpty();
    }
  }

  @Test
  void images_without_an_answer_are_counted_by_kind_and_refused_ones_apart() {
    long one = 48 + 12 * 4 + 4 * 4 + 2 * 8;
    try (ToyEngine toy = new ToyEngine(folder, 1, 4, one, new SystemClock())) {
      Picture first = Picture.holding(ToyCascade.picture(3, 0, random));
      Heard heard = new Heard();
      ImageTicket ticket = toy.submit(toy.task(first, "last", heard));
      assertThat(toy.engine.admission().tryReserve(toy.cascade, 48)).isEmpty();
      ticket.cancel();
      first.release();
      heard.await();
      toy.assertEmpty();
      assertThat(toy.engine.statistics(toy.cascade).failed())
          .isEqualTo(Map.of(EngineException.Kind.CANCELLED, 1L));
      AdmissionStatistics admission = toy.engine.admission().statistics();
      assertThat(admission.refused()).isEqualTo(1);
      assertThat(admission.admitted()).isEqualTo(1);
      assertThat(admission.rows()).isZero();
      assertThat(admission.capacityBytes()).isEqualTo(one);
    }
  }
}
