package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArenaUseTest {
  private static final long REST = ArenaUse.REST_NANOS;

  @Test
  void a_small_run_after_a_burst_of_large_ones_gives_back_once() {
    ArenaUse use = new ArenaUse(true);
    assertThat(use.shrinksAfter(32, 0)).isFalse();
    assertThat(use.shrinksAfter(32, 1)).isFalse();
    assertThat(use.shrinksAfter(1, REST / 2)).as("the burst may go on").isFalse();
    assertThat(use.keepsMore()).isTrue();
    assertThat(use.shrinksAfter(1, REST + 1)).isTrue();
    assertThat(use.keepsMore()).isFalse();
    assertThat(use.shrinksAfter(1, 3 * REST)).isFalse();
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
    assertThat(use.shrinksAfter(1, 2 * REST)).isTrue();
    use.ended(1, 2 * REST + 1);
    use.ended(32, 2 * REST + 2);
    assertThat(use.keepsMore()).isTrue();
    assertThat(use.shrinksAfter(1, 4 * REST)).isTrue();
    assertThat(use.keepsMore()).isFalse();
  }
}
