package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandoverPoolTest {
  private final NativeMemory memory = new NativeMemory();
  private final HandoverPool pool = new HandoverPool(memory, new int[] {8, 24}, 4);

  @Test
  void rows_kept_one_after_another_lie_side_by_side() {
    List<HandoverPool.Slot> slots = new ArrayList<>(pool.take(3));
    slots.addAll(pool.take(1));
    assertThat(HandoverPool.sideBySide(slots)).isTrue();
    List<HandoverPool.Slot> second = pool.take(4);
    assertThat(HandoverPool.sideBySide(second)).isTrue();
    assertThat(pool.chunks()).isEqualTo(2);
    assertThat(HandoverPool.sideBySide(List.of(slots.get(1), slots.get(0)))).isFalse();
    assertThat(HandoverPool.sideBySide(List.of(slots.get(3), second.get(0)))).isFalse();
  }

  @Test
  void rows_taken_in_order_and_used_in_order_stay_side_by_side_for_ever() {
    List<HandoverPool.Slot> waiting = new ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      waiting.addAll(pool.take(1 + random.nextInt(3)));
      while (waiting.size() >= 4) {
        List<HandoverPool.Slot> batch = waiting.subList(0, 4);
        assertThat(HandoverPool.sideBySide(batch)).isTrue();
        batch.forEach(pool::release);
        batch.clear();
      }
    }
    assertThat(pool.chunks()).isLessThanOrEqualTo(3);
  }

  @Test
  void holes_are_filled_before_a_chunk_is_added() {
    Random random = new Random(5);
    List<HandoverPool.Slot> held = new ArrayList<>();
    int most = 0;
    for (int i = 0; i < 2000; i++) {
      if (held.size() < 40 && random.nextInt(100) < 55) {
        held.addAll(pool.take(1 + random.nextInt(4)));
      } else if (!held.isEmpty()) {
        pool.release(held.remove(random.nextInt(held.size())));
      }
      most = Math.max(most, held.size());
      assertThat(pool.chunks()).isLessThanOrEqualTo(most / 4 + 2);
      assertThat(held).doesNotHaveDuplicates();
    }
    held.forEach(pool::release);
    assertThat(pool.chunks()).isEqualTo(1);
    pool.close();
    assertThat(memory.openBytes()).isZero();
  }

  @Test
  void views_of_neighbours_do_not_overlap() {
    List<HandoverPool.Slot> slots = pool.take(4);
    for (int i = 0; i < 4; i++) {
      pool.view(slots.get(i), 1, 1).putInt(0, i).putInt(20, -i);
      assertThat(pool.view(slots.get(i), 1, 1).remaining()).isEqualTo(24);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(pool.view(slots.get(0), 4, 1).getInt(24 * i)).isEqualTo(i);
      assertThat(pool.view(slots.get(0), 4, 1).getInt(24 * i + 20)).isEqualTo(-i);
    }
  }

  @Test
  void as_many_empty_chunks_stay_as_are_in_use_and_one_at_rest_until_it_is_trimmed() {
    List<HandoverPool.Slot> slots = pool.take(20);
    assertThat(memory.openBytes()).isEqualTo(5 * 4 * 32);
    slots.subList(0, 8).forEach(pool::release);
    assertThat(pool.chunks()).as("3 in use, 2 empty").isEqualTo(5);
    slots.subList(8, 16).forEach(pool::release);
    assertThat(pool.chunks()).as("1 in use, 1 empty").isEqualTo(2);
    slots.subList(16, 20).forEach(pool::release);
    assertThat(memory.openBytes()).isEqualTo(4 * 32);
    pool.trim();
    assertThat(memory.openBytes()).isZero();
    assertThat(pool.take(1)).hasSize(1);
    pool.trim();
    assertThat(memory.openBytes()).as("with a row").isEqualTo(4 * 32);
    pool.close();
  }

  @Test
  void a_row_that_outlives_the_pool_frees_its_chunk() {
    List<HandoverPool.Slot> slots = pool.take(1);
    pool.close();
    assertThat(memory.openBlocks()).isEqualTo(2);
    slots.forEach(pool::release);
    assertThat(memory.openBlocks()).isZero();
  }

  @Test
  void without_memory_nothing_is_taken() {
    NativeMemory little = new NativeMemory(9 * 32);
    HandoverPool tight = new HandoverPool(little, new int[] {8, 24}, 4);
    List<HandoverPool.Slot> taken = tight.take(6);
    assertThatThrownBy(() -> tight.take(3)).isInstanceOf(OutOfMemoryError.class);
    taken.addAll(tight.take(2));
    assertThat(taken).doesNotHaveDuplicates();
    taken.forEach(tight::release);
    tight.close();
    assertThat(little.openBlocks()).isZero();
    assertThat(little.openBytes()).isZero();
  }
}
