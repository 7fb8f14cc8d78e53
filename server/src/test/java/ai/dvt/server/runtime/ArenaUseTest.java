package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArenaUseTest {
  private static final long REST = ArenaUse.REST_NANOS;

  @Test
  void small_runs_after_a_burst_of_large_ones_give_back_once() {
    ArenaUse use = new ArenaUse(true);
    assertThat(use.shrinksAfter(32, 0)).isFalse();
    assertThat(use.shrinksAfter(32, 1)).isFalse();
    for (int i = 0; i < ArenaUse.FEW; i++) {
      assertThat(use.shrinksAfter(1, REST / 2)).as("the burst may go on").isFalse();
    }
    assertThat(use.keepsMore()).isTrue();
    assertThat(use.shrinksAfter(1, REST + 1)).isTrue();
    assertThat(use.keepsMore()).isFalse();
    assertThat(use.shrinksAfter(1, 3 * REST)).isFalse();
  }

  @Test
  void a_small_run_now_and_then_between_slow_large_ones_gives_nothing_back() {
    ArenaUse use = new ArenaUse(true);
    for (int i = 0; i < 20; i++) {
      assertThat(use.shrinksAfter(8, 5 * i * REST)).isFalse();
      assertThat(use.shrinksAfter(2, (5 * i + 2) * REST)).isFalse();
    }
    use.givesBack(1, 200 * REST);
    assertThat(use.keepsMore()).as("told to").isFalse();
  }

  @Test
  void runs_of_about_the_same_size_never_give_back() {
    ArenaUse use = new ArenaUse(true);
    for (int i = 0; i < 20; i++) {
      assertThat(use.shrinksAfter(i % 2 == 0 ? 8 : 5, i * 2 * REST)).isFalse();
    }
  }

  @Test
  void a_session_that_keeps_nothing_has_nothing_to_give_back() {
    ArenaUse use = new ArenaUse(false);
    assertThat(use.shrinksAfter(32, 0)).isFalse();
    assertThat(use.shrinksAfter(1, 9 * REST)).isFalse();
    assertThat(use.keepsMore()).isFalse();
  }

  @Test
  void what_a_large_run_keeps_is_given_back_even_if_another_gave_back_while_it_ran() {
    ArenaUse use = new ArenaUse(true);
    assertThat(use.shrinksAfter(32, 0)).isFalse();
    assertThat(afterFew(use, 2 * REST)).isTrue();
    use.ended(1, 2 * REST + 1);
    use.ended(32, 2 * REST + 2);
    assertThat(use.keepsMore()).isTrue();
    assertThat(afterFew(use, 4 * REST)).isTrue();
    assertThat(use.keepsMore()).isFalse();
  }

  /** What the last one of a few small runs is told. */
  private static boolean afterFew(ArenaUse use, long nanos) {
    for (int i = 1; i < ArenaUse.FEW; i++) {
      assertThat(use.shrinksAfter(1, nanos)).isFalse();
    }
    return use.shrinksAfter(1, nanos);
  }
}
