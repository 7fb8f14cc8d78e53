package ai.dvt.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ForcedExitsTest {
  private static final int IMAGES = 100_000;

  /** Four standard deviations of a share near one half. */
  private static final double TOLERANCE = 4 * 0.5 / Math.sqrt(IMAGES);

  @Test
  void the_shares_of_many_images_are_those_asked_for() {
    ForcedExits exits = ForcedExits.parse("0.60, 0.25,0.15", 7);
    int[] counts = new int[3];
    for (int image = 0; image < IMAGES; image++) {
      counts[exits.exit(image) - 1]++;
    }
    for (int exit = 1; exit <= 3; exit++) {
      assertThat(counts[exit - 1] / (double) IMAGES)
          .isCloseTo(exits.shares().get(exit - 1), within(TOLERANCE));
    }
  }

  @Test
  void neighbours_are_independent() {
    ForcedExits exits = new ForcedExits(List.of(0.5, 0.5), 1);
    int same = 0;
    for (int image = 0; image < IMAGES; image++) {
      same += exits.exit(image) == exits.exit(image + 1) ? 1 : 0;
    }
    assertThat(same / (double) IMAGES).isCloseTo(0.5, within(TOLERANCE));
  }

  @Test
  void the_same_seed_gives_the_same_exits_and_another_seed_others() {
    ForcedExits first = new ForcedExits(List.of(0.5, 0.5), 1);
    ForcedExits other = new ForcedExits(List.of(0.5, 0.5), 2);
    int different = 0;
    for (int image = 0; image < IMAGES; image++) {
      assertThat(first.exit(image)).isEqualTo(new ForcedExits(List.of(0.5, 0.5), 1).exit(image));
      different += first.exit(image) == other.exit(image) ? 0 : 1;
    }
    assertThat(different / (double) IMAGES).isCloseTo(0.5, within(TOLERANCE));
  }

  @Test
  void an_exit_without_a_share_is_never_taken() {
    ForcedExits exits = ForcedExits.parse("0,1,0", 3);
    for (int image = 0; image < 1000; image++) {
      assertThat(exits.exit(image)).isEqualTo(2);
    }
  }

  @Test
  void shares_that_are_none_are_refused() {
    for (String text : List.of("", "0.5", "0.5,0.6", "-0.5,1.5", "a,b", "NaN", "0.5,")) {
      assertThatThrownBy(() -> ForcedExits.parse(text, 1))
          .isInstanceOf(ContractException.class)
          .hasMessageStartingWith("exits: ")
          .hasMessageContaining("(expected: ");
    }
  }
}
