package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitReason;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyHandover;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClientDrivenTest {
  private static final Duration IDLE = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final FakeClock clock = new FakeClock();
  private final Picture picture = new Picture(ToyCascade.picture(1, 2, new Random(5)));

  private ToyEngine toy() {
    return new ToyEngine(folder, 1, 4, Long.MAX_VALUE / 2, clock);
  }

  @Test
  void the_caller_leads_the_image_to_the_last_exit() {
    try (ToyEngine toy = toy()) {
      Heard heard = new Heard();
      ImageTicket ticket = toy.submit(toy.clientDriven(picture, IDLE, heard));
      heard.awaitExit(1);
      ticket.proceed();
      heard.awaitExit(2);
      ticket.proceed();
      assertThat(heard.await().reason()).isEqualTo(ExitReason.FINAL);
      assertThat(heard.exit()).isEqualTo(3);
      assertThat(heard.exitsReached()).isEqualTo(2);
      assertThat(heard.logits())
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(ToyCascade.expected(picture.pixels)[2]);
      toy.assertEmpty();
      assertThat(clock.timers()).isZero();
    }
  }

  @Test
  void a_waiting_image_keeps_its_row_and_its_room() {
    try (ToyEngine toy = toy()) {
      Heard heard = new Heard();
      ImageTicket ticket = toy.submit(toy.clientDriven(picture, IDLE, heard));
      heard.awaitExit(1);
      assertThat(toy.sessions.openRows()).isEqualTo(1);
      assertThat(toy.engine.admission().reservedBytes())
          .isEqualTo(toy.cascade.footprint(picture.queuedBytes()));
      ticket.cancel();
      assertThat(heard.await().failedWith()).isEqualTo(EngineException.Kind.CANCELLED);
      toy.assertEmpty();
    }
  }

  @Test
  void stop_answers_with_the_last_outcome() {
    try (ToyEngine toy = toy()) {
      Heard heard = new Heard();
      ImageTicket ticket = toy.submit(toy.clientDriven(picture, IDLE, heard));
      heard.awaitExit(1);
      while (!heard.ended()) {
        ticket.stop();
      }
      ticket.proceed();
      assertThat(heard.reason()).isEqualTo(ExitReason.CLIENT);
      assertThat(heard.exit()).isEqualTo(1);
      toy.assertEmpty();
      assertThat(picture.reads).hasValue(1);
    }
  }

  @Test
  void words_said_while_the_exit_is_told_count() {
    try (ToyEngine toy = toy()) {
      AtomicReference<ImageTicket> ticket = new AtomicReference<>();
      java.util.concurrent.CountDownLatch known = new java.util.concurrent.CountDownLatch(1);
      Heard heard =
          new Heard(
              exit -> {
                try {
                  known.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                if (exit == 1) {
                  ticket.get().proceed();
                  ticket.get().stop();
                } else {
                  ticket.get().stop();
                }
              });
      ticket.set(toy.submit(toy.clientDriven(picture, IDLE, heard)));
      known.countDown();
      assertThat(heard.await().reason()).isEqualTo(ExitReason.CLIENT);
      assertThat(heard.exit()).isEqualTo(2);
      toy.assertEmpty();
    }
  }

  @Test
  void silence_answers_with_the_last_outcome_after_the_idle_limit() {
    try (ToyEngine toy = toy()) {
      Heard heard = new Heard();
      ImageTicket ticket = toy.submit(toy.clientDriven(picture, IDLE, heard));
      heard.awaitExit(1);
      ticket.proceed();
      heard.awaitExit(2);
      while (clock.timers() == 0) {
        Thread.onSpinWait();
      }
      clock.pass(IDLE.toNanos() - 1);
      assertThat(heard.ended()).isFalse();
      clock.pass(1);
      assertThat(heard.await().reason()).isEqualTo(ExitReason.IDLE);
      assertThat(heard.exit()).isEqualTo(2);
      ticket.proceed();
      toy.assertEmpty();
      assertThat(picture.reads).hasValue(ToyHandover.reads(2));
    }
  }

  @Test
  void cancel_while_the_exit_is_told_ends_the_image_once() {
    try (ToyEngine toy = toy()) {
      AtomicReference<ImageTicket> ticket = new AtomicReference<>();
      java.util.concurrent.CountDownLatch known = new java.util.concurrent.CountDownLatch(1);
      Heard heard =
          new Heard(
              exit -> {
                try {
                  known.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                ticket.get().proceed();
                ticket.get().cancel();
              });
      ticket.set(toy.submit(toy.clientDriven(picture, IDLE, heard)));
      known.countDown();
      assertThat(heard.await().failedWith()).isEqualTo(EngineException.Kind.CANCELLED);
      toy.assertEmpty();
      assertThat(heard.ends()).isEqualTo(1);
      assertThat(picture.reads).hasValue(1);
    }
  }
}
