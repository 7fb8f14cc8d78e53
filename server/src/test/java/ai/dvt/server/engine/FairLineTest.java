package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FairLineTest {
  private record Entry(String client, Priority priority, int number) {}

  private final FairLine<Entry> line =
      new FairLine<>(entry -> new Caller(entry.client(), entry.priority()));

  private Entry add(String client, Priority priority, int number) {
    Entry entry = new Entry(client, priority, number);
    line.add(entry);
    return entry;
  }

  private List<Entry> drain() {
    List<Entry> all = new ArrayList<>();
    while (!line.isEmpty()) {
      assertThat(line.peek()).isNotNull();
      Entry next = line.peek();
      assertThat(line.poll()).isSameAs(next);
      all.add(next);
    }
    return all;
  }

  @Test
  void a_client_alone_is_served_in_order() {
    for (int i = 0; i < 50; i++) {
      add("a", Priority.INTERACTIVE, i);
    }
    assertThat(drain()).extracting(Entry::number).isSorted().hasSize(50);
  }

  @Test
  void a_client_with_one_entry_waits_for_one_entry_of_every_other_client_at_most() {
    for (int i = 0; i < 1000; i++) {
      add(i % 2 == 0 ? "flood" : "other flood", Priority.INTERACTIVE, i);
    }
    Entry late = add("late", Priority.INTERACTIVE, 0);
    assertThat(drain().indexOf(late)).isLessThanOrEqualTo(2);
  }

  @Test
  void clients_take_turns_however_much_each_has_waiting() {
    for (int i = 0; i < 30; i++) {
      add("a", Priority.INTERACTIVE, i);
    }
    for (int i = 0; i < 10; i++) {
      add("b", Priority.INTERACTIVE, i);
    }
    List<Entry> first = drain().subList(0, 20);
    assertThat(first).filteredOn(e -> e.client().equals("b")).hasSize(10);
  }

  @Test
  void interactive_goes_first_and_batch_gets_every_eighth_turn() {
    for (int i = 0; i < 100; i++) {
      add("a", Priority.BATCH, i);
    }
    for (int i = 0; i < 70; i++) {
      add("a", Priority.INTERACTIVE, i);
    }
    List<Entry> served = drain();
    for (int i = 0; i < 80; i++) {
      assertThat(served.get(i).priority())
          .isEqualTo(i % 8 == 7 ? Priority.BATCH : Priority.INTERACTIVE);
    }
    assertThat(served).hasSize(170);
  }

  @Test
  void a_storm_of_adding_and_removing_loses_and_doubles_nobody() {
    Random random = new Random(5);
    List<Entry> inside = new ArrayList<>();
    List<Entry> gone = new ArrayList<>();
    int added = 0;
    for (int i = 0; i < 20_000; i++) {
      int draw = random.nextInt(10);
      if (draw < 5) {
        inside.add(
            add("client " + random.nextInt(20), Priority.values()[random.nextInt(2)], added++));
      } else if (draw < 8 && !inside.isEmpty()) {
        Entry entry = line.poll();
        assertThat(inside.remove(entry)).isTrue();
        gone.add(entry);
      } else if (!inside.isEmpty()) {
        Entry entry = inside.remove(random.nextInt(inside.size()));
        assertThat(line.remove(entry)).isTrue();
        assertThat(line.remove(entry)).isFalse();
        gone.add(entry);
      }
      assertThat(line.size()).isEqualTo(inside.size());
      if (!inside.isEmpty()) {
        assertThat(line.oldest()).isSameAs(inside.get(0));
      }
    }
    gone.addAll(drain());
    assertThat(gone).hasSize(added).doesNotHaveDuplicates();
    assertThat(line.poll()).isNull();
  }
}
