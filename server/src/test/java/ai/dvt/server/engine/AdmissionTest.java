package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {
  /** The toy's largest hand-over: a, b and c. */
  private static final long HANDOVER = 12 * 4 + 4 * 4 + 2 * 8;

  @TempDir Path folder;
  private final Admission admission = new Admission(300);
  private ServedCascade cascade;

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
    List<Reservation> rooms = new ArrayList<>();
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
    List<Reservation> rooms = new ArrayList<>();
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

  private static void add(
      List<String> order, List<Reservation> rooms, String name, Reservation room) {
    order.add(name);
    rooms.add(room);
  }
}
