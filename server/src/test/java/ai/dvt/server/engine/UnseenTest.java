package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.Thresholds;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyHandover;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnseenTest {
  /** Watches every early answer. */
  private static final class Watcher implements EarlyAnswers {
    final List<List<ExitOutcome>> pairs = new CopyOnWriteArrayList<>();

    @Override
    public boolean watches(Thresholds thresholds, ExitReason reason) {
      return true;
    }

    @Override
    public void compared(Thresholds thresholds, ExitOutcome early, ExitOutcome last) {
      pairs.add(List.of(early, last));
    }
  }

  @TempDir Path folder;
  private final Random random = new Random(5);
  private final Watcher watcher = new Watcher();

  private ToyEngine toy(int maxBatch, long capacity) {
    ToyEngine toy = new ToyEngine(folder, 1, maxBatch, capacity, new FakeClock());
    toy.cascade.setEarlyAnswers(watcher);
    return toy;
  }

  private void await(int pairs) throws InterruptedException {
    while (watcher.pairs.size() < pairs) {
      Thread.sleep(1);
    }
  }

  private Picture picture(int exit) {
    return new Picture(ToyCascade.picture(exit, 2, random));
  }

  @Test
  void an_early_answer_is_sent_at_once_and_compared_with_the_last_exit_later() throws Exception {
    try (ToyEngine toy = toy(4, Long.MAX_VALUE / 2)) {
      Picture early = picture(1);
      Heard first = toy.submit(early, ToyEngine.EARLY).await();
      assertThat(first.reason()).isEqualTo(ExitReason.CONFIDENT);
      assertThat(first.exit()).isEqualTo(1);
      assertThat(toy.submit(picture(3), ToyEngine.EARLY).await().exit()).isEqualTo(3);
      await(1);
      assertThat(toy.submit(picture(2), ToyEngine.EARLY).await().exit()).isEqualTo(2);
      await(2);
      assertThat(watcher.pairs).hasSize(2);
      assertThat(watcher.pairs.get(1)).extracting(ExitOutcome::exit).containsExactly(2, 3);
      assertThat(watcher.pairs.get(1)).extracting(ExitOutcome::index).containsOnly(2);
      assertThat(watcher.pairs.get(0)).extracting(ExitOutcome::exit).containsExactly(1, 3);
      assertThat(watcher.pairs.get(0)).extracting(ExitOutcome::index).containsOnly(2);
      assertThat(first.ends()).isEqualTo(1);
      assertThat(early.reads).hasValue(ToyHandover.reads(3));
      assertThat(toy.engine.statistics(toy.cascade).stages().get(2).answered().values())
          .as("the picture that nobody waits for is no answer")
          .containsExactly(1L);
      toy.assertEmpty();
    }
  }

  @Test
  void work_that_somebody_waits_for_goes_first() throws Exception {
    try (ToyEngine toy = toy(1, Long.MAX_VALUE / 2)) {
      Picture holding = Picture.holding(ToyCascade.picture(1, 0, random));
      toy.submit(holding, ToyEngine.EARLY);
      holding.awaitGathering();
      CompletableFuture<Integer> comparedBefore = new CompletableFuture<>();
      ImageListener listener =
          new ImageListener() {
            @Override
            public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
              comparedBefore.complete(watcher.pairs.size());
            }

            @Override
            public void failed(EngineException cause) {
              comparedBefore.completeExceptionally(cause);
            }
          };
      toy.submit(toy.task(picture(3), ToyEngine.EARLY, listener));
      holding.release();
      assertThat(comparedBefore.get()).isZero();
      await(1);
      toy.assertEmpty();
    }
  }

  @Test
  void its_room_is_given_back_when_another_image_finds_none() throws Exception {
    long footprint = picture(1).queuedBytes() + 4 * 12 + 4 * 4 + 2 * 8 + ToyHandover.pictureBytes();
    try (ToyEngine toy = toy(1, 3 * footprint)) {
      Picture first = picture(1);
      Picture holding = Picture.holding(ToyCascade.picture(1, 0, random));
      Picture blocker = Picture.holding(ToyCascade.picture(3, 0, random));
      toy.submit(holding, ToyEngine.EARLY);
      holding.awaitGathering();
      toy.submit(first, ToyEngine.EARLY);
      toy.submit(blocker, ToyEngine.EARLY);
      holding.release();
      blocker.awaitGathering(); // two twins wait, the blocker runs: no room is left
      assertThat(toy.engine.admission().reservedBytes()).isEqualTo(3 * footprint);
      toy.submit(picture(1), ToyEngine.EARLY);
      assertThat(toy.engine.admission().reservedBytes()).isEqualTo(2 * footprint);
      blocker.release();
      toy.assertEmpty();
    }
  }
}
