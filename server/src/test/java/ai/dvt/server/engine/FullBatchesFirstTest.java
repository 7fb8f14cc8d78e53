package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.engine.BatchPolicy.Ready;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FullBatchesFirstTest {
  private static final long MS = 1_000_000;
  private static final int BATCH = 8;

  private final BatchPolicy policy = new FullBatchesFirst(Duration.ofMillis(100));

  @Test
  void a_full_batch_goes_before_an_older_partial_one() {
    List<Ready> ready = List.of(new Ready(2, 7, BATCH, 0), new Ready(1, 8, BATCH, 50 * MS));
    assertThat(policy.next(ready, 60 * MS)).isEqualTo(1);
  }

  @Test
  void of_two_full_batches_the_deeper_goes_first() {
    List<Ready> ready = List.of(new Ready(1, 9, BATCH, 0), new Ready(3, 8, BATCH, 50 * MS));
    assertThat(policy.next(ready, 60 * MS)).isEqualTo(1);
  }

  @Test
  void a_partial_batch_of_a_deeper_stage_waits_for_the_limit_and_no_longer() {
    List<Ready> ready = List.of(new Ready(1, 8, BATCH, 0), new Ready(2, 1, BATCH, 10 * MS));
    assertThat(policy.next(ready, 109 * MS)).isEqualTo(0);
    assertThat(policy.next(ready, 110 * MS)).isEqualTo(1);
  }

  @Test
  void without_a_full_batch_the_oldest_goes() {
    List<Ready> ready = List.of(new Ready(2, 3, BATCH, 20 * MS), new Ready(1, 1, BATCH, 10 * MS));
    assertThat(policy.next(ready, 30 * MS)).isEqualTo(1);
  }

  @Test
  void equal_stages_of_two_models_go_by_age() {
    List<Ready> ready = List.of(new Ready(1, 8, BATCH, 20 * MS), new Ready(1, 2, 2, 10 * MS));
    assertThat(policy.next(ready, 30 * MS)).isEqualTo(1);
  }

  @Test
  void under_saturation_batches_are_full_and_nobody_waits_long_after_stage_1() {
    Simulation run = new Simulation(2, new double[] {0.6, 0.625, 1}, 4000, 0);
    run.toTheEnd();
    assertThat(run.answered).isEqualTo(4000);
    assertThat(run.averageBatch(1)).isGreaterThan(0.99 * BATCH);
    assertThat(run.averageBatch(2)).isGreaterThan(0.5 * BATCH);
    assertThat(run.longestWaitAfterStage1).isLessThan(100 * MS + 3 * 90 * MS);
  }

  @Test
  void with_a_long_limit_deep_batches_are_full_too() {
    Simulation run =
        new Simulation(
            new FullBatchesFirst(Duration.ofSeconds(10)), 2, new double[] {0.6, 0.625, 1}, 4000, 0);
    run.toTheEnd();
    assertThat(run.answered).isEqualTo(4000);
    assertThat(run.averageBatch(2)).isGreaterThan(0.97 * BATCH);
    assertThat(run.averageBatch(3)).isGreaterThan(0.97 * BATCH);
  }

  @Test
  void at_low_load_no_image_waits_for_company() {
    Simulation run = new Simulation(2, new double[] {0.6, 0.625, 1}, 500, 400 * MS);
    run.toTheEnd();
    assertThat(run.answered).isEqualTo(500);
    assertThat(run.averageBatch(1)).isEqualTo(1);
    assertThat(run.longestWaitAfterStage1).isZero();
  }

  /** A device on a fake clock: workers ask the policy; images leave by a seeded draw. */
  private final class Simulation {
    private record Row(int number, long ready) {}

    private record Run(long end, int stage, List<Row> rows) {}

    private final BatchPolicy asked;
    private final Random random = new Random(17);
    private final double[] exits;
    private final List<Deque<Row>> queues = new ArrayList<>();
    private final PriorityQueue<Run> running =
        new PriorityQueue<>((a, b) -> Long.compare(a.end(), b.end()));
    private final long[] runs = new long[4];
    private final long[] rows = new long[4];
    private final int images;
    private final long gapNanos;
    private int idle;
    private int arrived;
    private long now;
    int answered;
    long longestWaitAfterStage1;

    Simulation(int workers, double[] exits, int images, long gapNanos) {
      this(policy, workers, exits, images, gapNanos);
    }

    Simulation(BatchPolicy asked, int workers, double[] exits, int images, long gapNanos) {
      this.asked = asked;
      this.idle = workers;
      this.exits = exits;
      this.images = images;
      this.gapNanos = gapNanos;
      for (int stage = 0; stage < 3; stage++) {
        queues.add(new ArrayDeque<>());
      }
    }

    void toTheEnd() {
      while (answered < images) {
        while (arrived < images && arrived * gapNanos <= now) {
          queues.get(0).add(new Row(arrived++, now));
        }
        while (idle > 0 && start()) {
          idle--;
        }
        long next = running.isEmpty() ? Long.MAX_VALUE : running.peek().end();
        now = arrived < images ? Math.min(next, arrived * gapNanos) : next;
        while (!running.isEmpty() && running.peek().end() <= now) {
          end(running.poll());
          idle++;
        }
      }
    }

    private boolean start() {
      List<Ready> ready = new ArrayList<>();
      for (int stage = 1; stage <= 3; stage++) {
        Deque<Row> queue = queues.get(stage - 1);
        if (!queue.isEmpty()) {
          ready.add(new Ready(stage, queue.size(), BATCH, queue.peek().ready()));
        }
      }
      if (ready.isEmpty()) {
        return false;
      }
      int stage = ready.get(asked.next(ready, now)).stage();
      List<Row> batch = new ArrayList<>();
      while (batch.size() < BATCH && !queues.get(stage - 1).isEmpty()) {
        Row row = queues.get(stage - 1).poll();
        if (stage > 1) {
          longestWaitAfterStage1 = Math.max(longestWaitAfterStage1, now - row.ready());
        }
        batch.add(row);
      }
      runs[stage]++;
      rows[stage] += batch.size();
      running.add(new Run(now + stage * (6 + 3L * batch.size()) * MS, stage, batch));
      return true;
    }

    private void end(Run run) {
      for (Row row : run.rows()) {
        if (random.nextDouble() < exits[run.stage() - 1]) {
          answered++;
        } else {
          queues.get(run.stage()).add(new Row(row.number(), run.end()));
        }
      }
    }

    double averageBatch(int stage) {
      return (double) rows[stage] / runs[stage];
    }
  }
}
