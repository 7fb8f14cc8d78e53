package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {
  /** The toy's largest hand-over: a, b and c. */
  private static final long HANDOVER = 12 * 4 + 4 * 4 + 2 * 8;

  @TempDir Path folder;
  private long now = 7_000_000_000L;
  private final Admission admission = new Admission(300, 100, () -> now);
  private ServedCascade cascade;
  private final List<Reservation> rooms = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    cascade =
        new ServedCascade(
            "toy/1",
            new CpuDevice(SessionSettings.DEFAULT, 1)
                .open(folder, manifest, manifest.variants().get(0), 32));
  }

  @AfterEach
  void close() {
    cascade.close();
  }

  @Test
  void an_image_is_charged_with_itself_and_the_largest_hand_over_of_its_way() {
    assertThat(cascade.footprint(48)).isEqualTo(48 + HANDOVER);
    Reservation room = admission.tryReserve(cascade, 48).orElseThrow();
    assertThat(admission.reservedBytes()).isEqualTo(room.bytes()).isEqualTo(48 + HANDOVER);
    room.close();
    room.close();
    assertThat(admission.reservedBytes()).isZero();
  }

  @Test
  void with_room_for_all_of_them_callers_at_the_same_time_are_never_refused() throws Exception {
    int callers = 8;
    Admission wide = new Admission(callers * (48 + HANDOVER), callers, () -> now);
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try {
      List<Future<Integer>> refusals = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        refusals.add(
            pool.submit(
                () -> {
                  int refused = 0;
                  for (int turn = 0; turn < 3_000; turn++) {
                    CompletableFuture<Reservation> room = new CompletableFuture<>();
                    if (wide.reserveOrRefuse(cascade, 48, Caller.LOCAL, room::complete).isEmpty()) {
                      refused++;
                    } else {
                      room.get(10, TimeUnit.SECONDS).close();
                    }
                  }
                  return refused;
                }));
      }
      for (Future<Integer> refused : refusals) {
        assertThat(refused.get(60, TimeUnit.SECONDS)).isZero();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(wide.reservedBytes()).isZero();
  }

  @Test
  void beyond_the_capacity_nobody_comes_in_until_room_is_given_back() {
    Reservation first = admission.tryReserve(cascade, 48).orElseThrow();
    Reservation second = admission.tryReserve(cascade, 48).orElseThrow();
    assertThat(admission.tryReserve(cascade, 48)).isEmpty();
    first.close();
    assertThat(admission.tryReserve(cascade, 48)).isPresent();
    second.close();
  }

  @Test
  void first_come_first_served_and_nobody_overtakes() {
    Reservation first = admission.tryReserve(cascade, 100).orElseThrow();
    List<String> order = new ArrayList<>();
    admission.reserveWhenRoom(cascade, 150, room -> add(order, rooms, "large", room));
    admission.reserveWhenRoom(cascade, 10, room -> add(order, rooms, "small", room));
    assertThat(admission.tryReserve(cascade, 1)).isEmpty();
    assertThat(order).isEmpty();
    assertThat(admission.waiting()).isEqualTo(2);
    first.close();
    assertThat(order).containsExactly("large");
    rooms.get(0).close();
    assertThat(order).containsExactly("large", "small");
  }

  @Test
  void who_gives_up_a_place_lets_the_next_one_come() {
    Reservation first = admission.tryReserve(cascade, 100).orElseThrow();
    List<String> order = new ArrayList<>();
    Waiting large =
        admission.reserveWhenRoom(cascade, 200, room -> add(order, rooms, "large", room));
    admission.reserveWhenRoom(cascade, 10, room -> add(order, rooms, "small", room));
    large.close();
    large.close();
    assertThat(order).containsExactly("small");
    first.close();
    assertThat(order).containsExactly("small");
  }

  @Test
  void an_image_larger_than_the_capacity_comes_in_alone() {
    Reservation huge = admission.tryReserve(cascade, 1000).orElseThrow();
    assertThat(admission.tryReserve(cascade, 1)).isEmpty();
    huge.close();
    assertThat(admission.tryReserve(cascade, 1)).isPresent();
  }

  @Test
  void rows_are_bounded_as_bytes_are() {
    Admission two = new Admission(1 << 20, 2, () -> now);
    Reservation first = two.tryReserve(cascade, 1).orElseThrow();
    Reservation second = two.tryReserve(cascade, 1).orElseThrow();
    assertThat(two.tryReserve(cascade, 1)).isEmpty();
    assertThat(two.statistics().rows()).isEqualTo(2);
    assertThat(two.room().nearlyFull()).isTrue();
    first.close();
    second.close();
    assertThat(two.room()).isEqualTo(new BatchPolicy.Room(0, false));
  }

  @Test
  void a_client_alone_is_refused_when_its_own_images_fill_the_room() {
    Caller flood = new Caller("flood", Priority.INTERACTIVE);
    assertThat(admission.reserveOrRefuse(cascade, 100, flood, rooms::add)).isPresent();
    assertThat(rooms).hasSize(1);
    assertThat(admission.reserveOrRefuse(cascade, 100, flood, rooms::add)).isEmpty();
    assertThat(admission.statistics().refused()).isEqualTo(1);
    assertThat(admission.waiting()).isZero();
  }

  @Test
  void a_flood_that_holds_and_awaits_all_room_keeps_no_other_client_out() {
    Caller flood = new Caller("flood", Priority.INTERACTIVE);
    Caller other = new Caller("other", Priority.INTERACTIVE);
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      admission.reserveWhenRoom(cascade, 120, flood, room -> add(order, rooms, "flood", room));
    }
    assertThat(order).hasSize(1);
    assertThat(
            admission.reserveOrRefuse(cascade, 48, other, room -> add(order, rooms, "other", room)))
        .as("less than its share: it may wait")
        .isPresent();
    assertThat(admission.reserveOrRefuse(cascade, 120, flood, rooms::add)).isEmpty();
    assertThat(admission.reserveOrRefuse(cascade, 1000, other, rooms::add)).isEmpty();
    rooms.get(0).close();
    rooms.get(1).close();
    assertThat(order).containsExactly("flood", "flood", "other");
  }

  @Test
  void interactive_images_come_in_before_batch_ones() {
    Reservation first = admission.tryReserve(cascade, 100).orElseThrow();
    List<String> order = new ArrayList<>();
    Caller batch = new Caller("a", Priority.BATCH);
    Caller interactive = new Caller("b", Priority.INTERACTIVE);
    admission.reserveWhenRoom(cascade, 200, batch, room -> add(order, rooms, "batch", room));
    admission.reserveWhenRoom(cascade, 200, interactive, room -> add(order, rooms, "now", room));
    first.close();
    rooms.get(0).close();
    assertThat(order).containsExactly("now", "batch");
  }

  @Test
  void who_is_refused_is_told_to_come_again_as_fast_as_images_leave() {
    assertThat(admission.retryAfter()).isEqualTo(DrainRate.UNMEASURED);
    for (int i = 0; i < 200; i++) {
      Reservation room = admission.tryReserve(cascade, 1).orElseThrow();
      now += 50_000_000;
      room.close();
    }
    assertThat(admission.retryAfter()).isBetween(Duration.ofMillis(45), Duration.ofMillis(55));
    assertThat(admission.retryAfter())
        .as("the next one refused comes one image later")
        .isBetween(Duration.ofMillis(90), Duration.ofMillis(110));
    for (int i = 0; i < 1000; i++) {
      assertThat(admission.retryAfter()).isBetween(DrainRate.SHORTEST, DrainRate.LONGEST);
    }
  }

  private static void add(
      List<String> order, List<Reservation> rooms, String name, Reservation room) {
    order.add(name);
    rooms.add(room);
  }
}
