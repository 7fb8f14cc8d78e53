package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.engine.BatchPolicy.Choice;
import ai.dvt.server.engine.BatchPolicy.Ready;
import ai.dvt.server.engine.BatchPolicy.Room;
import java.util.List;
import org.junit.jupiter.api.Test;

class FullBatchesFirstTest {
  private static final long MS = 1_000_000;
  private static final int BATCH = 8;
  private static final Room ROOMY = new Room(20, false);

  private final BatchPolicy policy = new FullBatchesFirst();

  /** Due 100 ms after the oldest became ready. */
  private static Ready ready(int stage, int rows, long oldestMillis) {
    return new Ready(stage, rows, BATCH, oldestMillis * MS, (oldestMillis + 100) * MS);
  }

  private Choice next(List<Ready> ready, Room room, long nowMillis) {
    return policy.next(ready, room, nowMillis * MS);
  }

  @Test
  void a_full_batch_goes_before_an_older_partial_one() {
    assertThat(next(List.of(ready(2, 7, 0), ready(1, 8, 50)), ROOMY, 60))
        .isEqualTo(new Choice(1, 8));
  }

  @Test
  void of_two_full_batches_the_deeper_goes_first() {
    assertThat(next(List.of(ready(1, 9, 0), ready(3, 8, 50)), ROOMY, 60))
        .isEqualTo(new Choice(1, 8));
  }

  @Test
  void a_partial_batch_of_a_deeper_stage_waits_for_the_limit_and_no_longer() {
    List<Ready> ready = List.of(ready(1, 8, 0), ready(2, 1, 10));
    assertThat(next(ready, ROOMY, 109).queue()).isZero();
    assertThat(next(ready, ROOMY, 110)).isEqualTo(new Choice(1, 1));
  }

  @Test
  void a_row_with_a_deadline_makes_its_queue_due_before_the_limit() {
    Ready urgent = new Ready(2, 1, BATCH, 10 * MS, 40 * MS);
    assertThat(next(List.of(ready(1, 8, 0), urgent), ROOMY, 39).queue()).isZero();
    assertThat(next(List.of(ready(1, 8, 0), urgent), ROOMY, 40).queue()).isEqualTo(1);
  }

  @Test
  void without_a_full_batch_the_oldest_goes() {
    assertThat(next(List.of(ready(2, 3, 20), ready(1, 1, 10)), ROOMY, 30))
        .isEqualTo(new Choice(1, 1));
  }

  @Test
  void equal_stages_of_two_models_go_by_age() {
    Ready small = new Ready(1, 2, 2, 10 * MS, 110 * MS);
    assertThat(next(List.of(ready(1, 8, 20), small), ROOMY, 30)).isEqualTo(new Choice(1, 2));
  }

  @Test
  void when_memory_is_short_half_a_deeper_batch_goes_before_a_full_one_of_new_work() {
    List<Ready> ready = List.of(ready(1, 8, 0), ready(2, 3, 20), ready(3, 4, 20));
    assertThat(next(ready, new Room(13, true), 30)).isEqualTo(new Choice(2, 4));
    assertThat(next(ready, new Room(13, false), 30).queue()).as("there is room").isZero();
    assertThat(next(ready, new Room(40, true), 30).queue()).as("busy, not short").isZero();
  }

  @Test
  void when_memory_is_short_and_nothing_is_due_the_deepest_goes_not_the_oldest() {
    List<Ready> ready = List.of(ready(1, 2, 0), ready(3, 2, 20), ready(2, 3, 10));
    assertThat(next(ready, new Room(8, true), 30)).isEqualTo(new Choice(1, 2));
    assertThat(next(ready, new Room(8, false), 30)).isEqualTo(new Choice(0, 2));
  }
}
