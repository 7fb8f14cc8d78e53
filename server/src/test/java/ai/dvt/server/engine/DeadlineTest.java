package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitReason;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeadlineTest {
  private static final long SECOND = 1_000_000_000;

  @TempDir Path folder;
  private final FakeClock clock = new FakeClock();
  private final Random random = new Random(5);
  private final Picture picture = new Picture(ToyCascade.picture(3, 2, random));

  private ToyEngine toy(int maxBatch) {
    return new ToyEngine(folder, 1, maxBatch, Long.MAX_VALUE / 2, clock);
  }

  private Heard submit(ToyEngine toy, Picture image, long inNanos) {
    Heard heard = new Heard();
    toy.submit(
        new ImageTask(
            toy.cascade,
            image,
            toy.policy(ToyEngine.EARLY),
            false,
            OptionalLong.of(clock.nanos() + inNanos),
            ToyEngine.LONG,
            heard));
    return heard;
  }

  @Test
  void an_image_that_could_not_pass_stage_1_in_time_is_refused_without_running() {
    try (ToyEngine toy = toy(4)) {
      assertThat(submit(toy, picture, 4_000_000).await().failedWith())
          .isEqualTo(EngineException.Kind.TOO_LATE);
      toy.cascade.times().ran(1, 1, 2 * SECOND);
      Heard heard = submit(toy, picture, 2 * SECOND).await();
      assertThat(heard.failure()).hasMessage("toy/1: stage 1 would not end within the deadline");
      assertThat(picture.reads).hasValue(0);
      toy.assertEmpty();
    }
  }

  @Test
  void an_image_whose_next_stage_would_end_too_late_is_answered_at_its_exit() {
    try (ToyEngine toy = toy(4)) {
      toy.cascade.times().ran(2, 1, 2 * SECOND);
      Heard heard = submit(toy, picture, 2 * SECOND + SECOND / 10).await();
      assertThat(heard.reason()).isEqualTo(ExitReason.DEADLINE);
      assertThat(heard.exit()).isEqualTo(1);
      assertThat(submit(toy, picture, 3 * SECOND).await().reason()).isEqualTo(ExitReason.FINAL);
      toy.assertEmpty();
    }
  }

  @Test
  void an_image_whose_time_to_wait_is_over_is_refused_and_one_that_started_goes_on()
      throws Exception {
    try (ToyEngine toy = toy(1)) {
      Picture first = Picture.holding(ToyCascade.picture(3, 0, random));
      Heard started = submitWaiting(toy, first, SECOND);
      first.awaitGathering();
      Heard never = submitWaiting(toy, picture, SECOND);
      clock.pass(SECOND);
      assertThat(never.await().failedWith()).isEqualTo(EngineException.Kind.TOO_LATE);
      assertThat(never.failure()).hasMessage("toy/1: stage 1 did not start within the timeout");
      first.release();
      assertThat(started.await().exit()).isEqualTo(3);
      assertThat(submitWaiting(toy, picture, -1).await().failedWith())
          .isEqualTo(EngineException.Kind.TOO_LATE);
      toy.assertEmpty();
      assertThat(picture.reads).hasValue(0);
      assertThat(clock.timers()).isZero();
    }
  }

  private Heard submitWaiting(ToyEngine toy, Picture image, long atMostNanos) {
    Heard heard = new Heard();
    toy.submit(
        new ImageTask(
            toy.cascade,
            image,
            toy.policy(ToyEngine.EARLY),
            false,
            OptionalLong.empty(),
            ToyEngine.LONG,
            heard,
            Optional.empty(),
            OptionalLong.of(clock.nanos() + atMostNanos)));
    return heard;
  }

  @Test
  void an_image_that_waited_too_long_for_stage_1_is_refused() throws Exception {
    try (ToyEngine toy = toy(1)) {
      Picture first = Picture.holding(ToyCascade.picture(1, 0, random));
      toy.submit(first, ToyEngine.EARLY);
      first.awaitGathering();
      Heard never = submit(toy, picture, SECOND);
      clock.pass(SECOND - 4_000_000);
      assertThat(never.await().failedWith()).isEqualTo(EngineException.Kind.TOO_LATE);
      first.release();
      toy.assertEmpty();
      assertThat(picture.reads).hasValue(0);
      assertThat(clock.timers()).isZero();
    }
  }

  @Test
  void an_image_that_waited_too_long_for_a_later_stage_is_answered_with_its_best_exit()
      throws Exception {
    try (ToyEngine toy = toy(2)) {
      Picture first = Picture.holding(ToyCascade.picture(1, 0, random));
      toy.submit(first, ToyEngine.EARLY);
      first.awaitGathering();
      Heard waits = submit(toy, picture, SECOND);
      toy.submit(new Picture(ToyCascade.picture(1, 0, random)), ToyEngine.EARLY);
      Picture second = Picture.holding(ToyCascade.picture(1, 0, random));
      toy.submit(second, ToyEngine.EARLY);
      toy.submit(new Picture(ToyCascade.picture(1, 0, random)), ToyEngine.EARLY);
      first.release();
      second.awaitGathering();
      clock.pass(SECOND - 4_000_000);
      assertThat(waits.await().reason()).isEqualTo(ExitReason.DEADLINE);
      assertThat(waits.exit()).isEqualTo(1);
      second.release();
      toy.assertEmpty();
      assertThat(picture.reads).hasValue(1);
      assertThat(clock.timers()).isZero();
    }
  }

  @Test
  void a_latency_budget_in_the_policy_is_a_deadline() {
    try (ToyEngine toy = toy(1)) {
      toy.cascade.times().ran(2, 1, 2 * SECOND);
      Heard heard = toy.submit(picture, "last; deadline=2s").await();
      assertThat(heard.reason()).isEqualTo(ExitReason.DEADLINE);
      toy.assertEmpty();
    }
  }

  @Test
  void a_batch_stays_so_small_that_nobody_in_it_is_late() throws Exception {
    try (ToyEngine toy = toy(4)) {
      toy.cascade.times().ran(1, 1, SECOND);
      toy.cascade.times().ran(1, 2, 2 * SECOND);
      toy.cascade.times().ran(1, 3, 3 * SECOND);
      Picture first = Picture.holding(ToyCascade.picture(1, 0, random));
      toy.submit(first, ToyEngine.EARLY);
      first.awaitGathering();
      Heard[] all = new Heard[3];
      for (int i = 0; i < 3; i++) {
        all[i] = submit(toy, new Picture(ToyCascade.picture(1, 0, random)), 9 * SECOND / 2);
      }
      clock.pass(2 * SECOND);
      first.release();
      assertThat(all[0].await().passed().get(0).batchSize()).isEqualTo(2);
      assertThat(all[1].await().passed().get(0).batchSize()).isEqualTo(2);
      assertThat(all[2].await().passed().get(0).batchSize()).isEqualTo(1);
      toy.assertEmpty();
    }
  }

  @Test
  void the_margin_is_5_ms_or_a_tenth() {
    assertThat(Deadlines.withMargin(0)).isEqualTo(5_000_000);
    assertThat(Deadlines.withMargin(30_000_000)).isEqualTo(35_000_000);
    assertThat(Deadlines.withMargin(100_000_000)).isEqualTo(110_000_000);
  }
}
