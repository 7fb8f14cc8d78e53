package ai.dvt.server.grpc.flow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBudgetTest {
  private final List<String> granted = new ArrayList<>();
  private final RequestBudget budget = new RequestBudget(100);

  private Charge acquire(long bytes) {
    return budget.acquire(bytes, () -> granted.add(bytes + " bytes"));
  }

  @Test
  void what_fits_is_granted_at_once() {
    assertThat(acquire(60).isHeld()).isTrue();
    assertThat(acquire(40).isHeld()).isTrue();
    assertThat(budget.heldBytes()).isEqualTo(100);
    assertThat(granted).isEmpty();
  }

  @Test
  void nobody_overtakes_a_large_message_that_waits() {
    Charge first = acquire(60);
    Charge large = acquire(90);
    Charge small = acquire(10);
    assertThat(large.isHeld()).isFalse();
    assertThat(small.isHeld()).isFalse();

    first.close();

    assertThat(granted).containsExactly("90 bytes", "10 bytes");
    assertThat(budget.heldBytes()).isEqualTo(100);
  }

  @Test
  void who_leaves_the_line_lets_the_next_one_in() {
    acquire(60);
    Charge large = acquire(90);
    Charge small = acquire(10);

    large.close();

    assertThat(small.isHeld()).isTrue();
    assertThat(large.isHeld()).isFalse();
    assertThat(granted).containsExactly("10 bytes");
  }

  @Test
  void a_message_larger_than_all_comes_in_alone() {
    Charge small = acquire(1);
    Charge huge = acquire(1000);
    assertThat(huge.isHeld()).isFalse();
    small.close();
    assertThat(huge.isHeld()).isTrue();
    assertThat(budget.heldBytes()).isEqualTo(100);
  }

  @Test
  void what_a_compressed_message_did_not_need_goes_back() {
    Charge guess = acquire(100);
    Charge next = acquire(70);
    guess.shrinkTo(30);
    assertThat(next.isHeld()).isTrue();
    guess.shrinkTo(50);
    guess.close();
    guess.close();
    assertThat(budget.heldBytes()).isEqualTo(70);
  }

  @Test
  void an_overdraft_never_waits_but_counts() {
    acquire(100);
    Charge step = budget.overdraw(5);
    assertThat(step.isHeld()).isTrue();
    assertThat(budget.heldBytes()).isEqualTo(105);
    step.close();
    assertThat(budget.heldBytes()).isEqualTo(100);
  }
}
