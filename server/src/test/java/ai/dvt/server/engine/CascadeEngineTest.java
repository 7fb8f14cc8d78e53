package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyHandover;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CascadeEngineTest {
  @TempDir Path folder;
  private final Random random = new Random(11);

  private Picture sureAt(int exit) {
    return new Picture(ToyCascade.picture(exit, 2, random));
  }

  @Test
  void an_image_confident_at_exit_1_never_reaches_stage_2() {
    try (ToyEngine toy = new ToyEngine(folder, 1, 4)) {
      Picture picture = sureAt(1);
      Heard heard = toy.submit(picture, ToyEngine.EARLY).await();
      assertThat(heard.reason()).isEqualTo(ExitReason.CONFIDENT);
      assertThat(heard.exit()).isEqualTo(1);
      toy.assertEmpty();
      assertThat(picture.reads).hasValue(1);
    }
  }

  @Test
  void every_way_out_gives_its_own_image_s_logits() {
    try (ToyEngine toy = new ToyEngine(folder, 2, 5)) {
      List<Picture> pictures = new ArrayList<>();
      List<Heard> answers = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        Picture picture =
            new Picture(ToyCascade.picture(1 + random.nextInt(3), random.nextInt(4), random));
        pictures.add(picture);
        answers.add(toy.submit(picture, i % 7 == 0 ? "last; stop=2" : ToyEngine.EARLY));
      }
      for (int i = 0; i < 300; i++) {
        Heard heard = answers.get(i).await();
        float[][] expected = ToyCascade.expected(pictures.get(i).pixels);
        assertThat(heard.logits())
            .usingComparatorWithPrecision(1e-4f)
            .containsExactly(expected[heard.exit() - 1]);
        assertThat(pictures.get(i).reads).hasValue(ToyHandover.reads(heard.exit()));
        assertThat(heard.ends()).isEqualTo(1);
        assertThat(heard.passed())
            .extracting(p -> p.outcome().exit())
            .containsExactlyElementsOf(IntStream.rangeClosed(1, heard.exit()).boxed().toList());
        assertThat(heard.passed()).allMatch(p -> p.batchSize() >= 1 && p.batchSize() <= 5);
        if (i % 7 == 0) {
          assertThat(heard.reason()).isEqualTo(ExitReason.STOP_AT);
          assertThat(heard.exit()).isEqualTo(2);
        } else {
          assertThat(heard.reason())
              .isEqualTo(heard.exit() == 3 ? ExitReason.FINAL : ExitReason.CONFIDENT);
        }
      }
      toy.assertEmpty();
    }
  }

  @Test
  void survivors_of_several_batches_and_callers_share_the_next_stage() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder, 1, 4)) {
      Picture first = Picture.holding(ToyCascade.picture(1, 0, random));
      toy.submit(first, ToyEngine.EARLY);
      first.awaitGathering();
      List<Heard> answers = new ArrayList<>();
      int[] exits = {1, 2, 2, 1, 1, 1, 2, 2};
      for (int exit : exits) {
        answers.add(toy.submit(sureAt(exit), ToyEngine.EARLY));
      }
      first.release();
      for (int i = 0; i < exits.length; i++) {
        Heard heard = answers.get(i).await();
        assertThat(heard.exit()).isEqualTo(exits[i]);
        assertThat(heard.passed()).extracting(ExitPassed::batchSize).containsOnly(4);
      }
      toy.assertEmpty();
    }
  }

  @Test
  void two_cascades_share_the_workers_but_never_a_batch() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder.resolve("a"), 1, 8)) {
      CascadeManifest manifest = ToyCascade.write(folder.resolve("b"), "other");
      CascadeSessions sessions =
          toy.device.open(folder.resolve("b"), manifest, manifest.variants().get(0), 2);
      try (ServedCascade other = new ServedCascade("other/1", sessions)) {
        Picture first = Picture.holding(ToyCascade.picture(1, 0, random));
        toy.submit(first, ToyEngine.EARLY);
        first.awaitGathering();
        List<Heard> mine = new ArrayList<>();
        List<Heard> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          mine.add(toy.submit(sureAt(3), ToyEngine.EARLY));
          Heard heard = new Heard();
          others.add(heard);
          toy.submit(
              new ImageTask(
                  other,
                  sureAt(2),
                  toy.policy(ToyEngine.EARLY),
                  false,
                  OptionalLong.empty(),
                  ToyEngine.LONG,
                  heard));
        }
        first.release();
        mine.forEach(h -> assertThat(h.await().passed().get(0).batchSize()).isEqualTo(3));
        others.forEach(h -> assertThat(h.await().passed().get(0).batchSize()).isLessThan(3));
        toy.assertEmpty();
      }
    }
  }

  @Test
  void with_room_for_one_image_and_batch_32_everybody_gets_an_answer_in_order() {
    long one = 48 + 12 * 4 + 4 * 4 + 2 * 8 + ToyHandover.pictureBytes();
    try (ToyEngine toy = new ToyEngine(folder, 2, 32, one, new SystemClock())) {
      List<Integer> granted = new ArrayList<>();
      List<Heard> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int number = i;
        Picture picture = sureAt(1 + i % 3);
        Heard heard = new Heard();
        answers.add(heard);
        toy.engine
            .admission()
            .reserveWhenRoom(
                toy.cascade,
                picture.queuedBytes(),
                room -> {
                  assertThat(room.bytes()).isEqualTo(one);
                  synchronized (granted) {
                    granted.add(number);
                  }
                  toy.engine.submit(room, toy.task(picture, ToyEngine.EARLY, heard));
                });
      }
      answers.forEach(heard -> assertThat(heard.await().failure()).isNull());
      assertThat(granted).isSorted().hasSize(100);
      toy.assertEmpty();
    }
  }

  @Test
  void a_cancelled_image_is_told_once_and_runs_no_further_stage() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder, 1, 1)) {
      Picture running = Picture.holding(ToyCascade.picture(3, 0, random));
      Heard first = new Heard();
      ImageTicket ticket = toy.submit(toy.task(running, "last", first));
      running.awaitGathering();
      Picture queued = sureAt(3);
      Heard second = new Heard();
      ImageTicket behind = toy.submit(toy.task(queued, "last", second));
      behind.cancel();
      behind.cancel();
      assertThat(second.failedWith()).isEqualTo(EngineException.Kind.CANCELLED);
      ticket.cancel();
      assertThat(first.ended()).isFalse();
      running.release();
      assertThat(first.await().failedWith()).isEqualTo(EngineException.Kind.CANCELLED);
      toy.assertEmpty();
      ticket.cancel();
      ticket.proceed();
      assertThat(running.reads).hasValue(1);
      assertThat(queued.reads).hasValue(0);
      assertThat(first.ends() + second.ends()).isEqualTo(2);
    }
  }

  @Test
  void a_batch_that_fails_fails_its_images_and_the_worker_goes_on() {
    try (ToyEngine toy = new ToyEngine(folder, 1, 4)) {
      Heard broken = new Heard();
      InputRow row =
          new InputRow() {
            @Override
            public long queuedBytes() {
              return 48;
            }

            @Override
            public void writeTo(java.nio.ByteBuffer to) {
              throw new IllegalStateException("planted");
            }
          };
      toy.submit(
          new ImageTask(
              toy.cascade,
              row,
              toy.policy("last"),
              false,
              OptionalLong.empty(),
              ToyEngine.LONG,
              broken));
      assertThat(broken.await().failedWith()).isEqualTo(EngineException.Kind.STAGE_FAILED);
      assertThat(broken.failure()).hasMessage("toy/1, stage 1: the stage failed");
      assertThat(toy.submit(sureAt(1), ToyEngine.EARLY).await().exit()).isEqualTo(1);
      toy.assertEmpty();
    }
  }

  @Test
  void logits_that_are_not_finite_fail_their_image_alone() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder, 1, 4)) {
      Picture first = Picture.holding(ToyCascade.picture(1, 0, random));
      toy.submit(first, ToyEngine.EARLY);
      first.awaitGathering();
      float[] nan = ToyCascade.picture(1, 0, random);
      nan[1] = Float.NaN;
      Heard broken = toy.submit(new Picture(nan), ToyEngine.EARLY);
      Heard fine = toy.submit(sureAt(1), ToyEngine.EARLY);
      first.release();
      assertThat(broken.await().failedWith()).isEqualTo(EngineException.Kind.STAGE_FAILED);
      assertThat(broken.failure()).hasMessage("logits of exit 1: NaN (expected: finite)");
      assertThat(fine.await().passed().get(0).batchSize()).isEqualTo(2);
      toy.assertEmpty();
    }
  }

  @Test
  void a_listener_that_throws_harms_nobody_else() {
    try (ToyEngine toy = new ToyEngine(folder, 1, 1)) {
      toy.submit(
          toy.task(
              sureAt(1),
              ToyEngine.EARLY,
              new ImageListener() {
                @Override
                public void answered(List<ExitPassed> p, float[] logits, ExitReason reason) {
                  throw new IllegalStateException("planted");
                }

                @Override
                public void failed(EngineException cause) {}
              }));
      assertThat(toy.submit(sureAt(2), ToyEngine.EARLY).await().exit()).isEqualTo(2);
      toy.assertEmpty();
    }
  }

  @Test
  void a_draining_engine_refuses_new_images_and_answers_admitted_ones() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder, 1, 1)) {
      Picture first = Picture.holding(ToyCascade.picture(3, 0, random));
      Heard admitted = toy.submit(first, "last");
      first.awaitGathering();
      assertThat(toy.engine.drain(Duration.ZERO)).isFalse();
      Heard late = toy.submit(sureAt(1), "last");
      assertThat(late.failedWith()).isEqualTo(EngineException.Kind.DRAINING);
      first.release();
      assertThat(toy.engine.drain(Duration.ofSeconds(30))).isTrue();
      assertThat(admitted.exit()).isEqualTo(3);
    }
  }

  @Test
  void closing_fails_what_is_inside_and_leaves_nothing() throws Exception {
    Picture first = Picture.holding(ToyCascade.picture(3, 0, random));
    Heard running;
    Heard queued;
    Heard parked = new Heard();
    try (ToyEngine toy = new ToyEngine(folder, 1, 1)) {
      toy.submit(toy.clientDriven(sureAt(3), ToyEngine.LONG, parked));
      parked.awaitExit(1);
      running = toy.submit(first, "last");
      first.awaitGathering();
      queued = toy.submit(sureAt(1), "last");
      Thread closing = new Thread(toy.engine::close);
      closing.start();
      queued.await();
      parked.await();
      first.release();
      closing.join();
      Heard after = toy.submit(sureAt(1), "last");
      assertThat(after.failedWith()).isEqualTo(EngineException.Kind.DRAINING);
    }
    for (Heard heard : List.of(running, queued, parked)) {
      assertThat(heard.failedWith()).isEqualTo(EngineException.Kind.DRAINING);
      assertThat(heard.ends()).isEqualTo(1);
    }
  }

  @Test
  void an_unloaded_cascade_refuses_new_images_and_answers_admitted_ones() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder, 1, 1)) {
      Picture first = Picture.holding(ToyCascade.picture(3, 0, random));
      Heard admitted = toy.submit(first, "last");
      first.awaitGathering();
      toy.cascade.close();
      Heard late = toy.submit(sureAt(1), "last");
      assertThat(late.failedWith()).isEqualTo(EngineException.Kind.NOT_READY);
      first.release();
      assertThat(admitted.await().exit()).isEqualTo(3);
      toy.assertEmpty();
    }
  }

  @Test
  void a_storm_of_everything_ends_every_image_once_and_leaves_nothing() {
    try (ToyEngine toy = new ToyEngine(folder, 3, 4, 40 * 128L, new SystemClock())) {
      List<Heard> all = new ArrayList<>();
      List<Thread> callers = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        Random mine = new Random(caller);
        List<Heard> heards = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
          heards.add(new Heard());
        }
        all.addAll(heards);
        Thread thread = new Thread(() -> heards.forEach(heard -> one(toy, mine, heard)));
        callers.add(thread);
        thread.start();
      }
      for (Thread thread : callers) {
        thread.join();
      }
      all.forEach(Heard::await);
      assertThat(all).allMatch(heard -> heard.ends() == 1);
      assertThat(all)
          .allMatch(
              heard ->
                  heard.failedWith() == null
                      || heard.failedWith() == EngineException.Kind.CANCELLED);
      toy.assertEmpty();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** One image with random words and cancels from its caller. */
  private static void one(ToyEngine toy, Random random, Heard heard) {
    Picture picture =
        new Picture(ToyCascade.picture(1 + random.nextInt(3), random.nextInt(4), random));
    boolean clientDriven = random.nextBoolean();
    Duration idle = random.nextInt(4) == 0 ? Duration.ofMillis(1) : ToyEngine.LONG;
    int action = random.nextInt(4);
    toy.engine
        .admission()
        .reserveWhenRoom(
            toy.cascade,
            picture.queuedBytes(),
            room -> {
              ImageTicket ticket =
                  toy.engine.submit(
                      room,
                      clientDriven
                          ? toy.clientDriven(
                              picture, action == 3 ? Duration.ofMillis(1) : idle, heard)
                          : toy.task(picture, ToyEngine.EARLY, heard));
              Thread words =
                  new Thread(
                      () -> {
                        while (!heard.ended()) {
                          switch (action) {
                            case 0 -> ticket.proceed();
                            case 1 -> ticket.stop();
                            case 2 -> ticket.cancel();
                            default -> {}
                          }
                          Thread.yield();
                        }
                      });
              words.start();
            });
  }

  @Test
  void a_model_whose_graph_fails_at_run_time_does_not_stop_others() throws Exception {
    try (ToyEngine toy = new ToyEngine(folder.resolve("a"), 1, 4)) {
      Path bad = folder.resolve("b");
      CascadeManifest manifest = ToyCascade.write(bad, "bad");
      Files.write(bad.resolve("stage-2.onnx"), FailingGraph.stage2());
      CascadeSessions sessions = toy.device.open(bad, manifest, manifest.variants().get(0), 2);
      try (ServedCascade broken = new ServedCascade("bad/1", sessions)) {
        Heard failing = new Heard();
        toy.submit(
            new ImageTask(
                broken,
                sureAt(3),
                toy.policy("last"),
                false,
                OptionalLong.empty(),
                ToyEngine.LONG,
                failing));
        assertThat(failing.await().failedWith()).isEqualTo(EngineException.Kind.STAGE_FAILED);
        assertThat(failing.failure()).hasMessage("bad/1, stage 2: the stage failed");
        assertThat(toy.submit(sureAt(3), "last").await().exit()).isEqualTo(3);
        toy.assertEmpty();
        assertThat(sessions.openRows()).isZero();
      }
    }
  }
}
