package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemoryWatchTest {
  private static final long BYTES = 48;

  @TempDir Path folder;
  private final AtomicLong resident = new AtomicLong(500);
  private ToyEngine toy;
  private MemoryWatch watch;

  @BeforeEach
  void open() {
    toy = new ToyEngine(folder, 1, 4);
    watch = new MemoryWatch(toy.engine, 1000, () -> OptionalLong.of(resident.get()));
  }

  @AfterEach
  void close() {
    watch.close();
    toy.close();
  }

  private void look(long bytes) {
    resident.set(bytes);
    watch.look();
  }

  @Test
  void near_the_limit_images_come_in_one_at_a_time_until_there_is_air_again() {
    Admission admission = toy.engine.admission();
    look(901);
    Reservation alone = admission.tryReserve(toy.cascade, BYTES).orElseThrow();
    assertThat(admission.tryReserve(toy.cascade, BYTES)).isEmpty();
    List<Reservation> granted = new ArrayList<>();
    admission.reserveWhenRoom(toy.cascade, BYTES, granted::add);
    admission.reserveWhenRoom(toy.cascade, BYTES, granted::add);
    assertThat(granted).isEmpty();
    assertThat(admission.room().nearlyFull()).isTrue();
    look(850);
    assertThat(granted).isEmpty();
    alone.close();
    assertThat(granted).hasSize(1);
    look(799);
    assertThat(granted).hasSize(2);
    granted.forEach(Reservation::close);
    Optional<Reservation> room = admission.tryReserve(toy.cascade, BYTES);
    assertThat(room).isPresent();
    room.get().close();
  }

  @Test
  void near_the_limit_a_worker_gives_back_what_it_keeps_for_large_batches() throws Exception {
    Picture first = Picture.holding(ToyCascade.picture(3, 1, new Random(1)));
    toy.submit(first, ToyEngine.EARLY);
    first.awaitGathering();
    List<Heard> batch = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      batch.add(toy.submit(new Picture(ToyCascade.picture(3, 1, new Random(i))), ToyEngine.EARLY));
    }
    first.release();
    batch.forEach(Heard::await);
    long kept = toy.device.memory().openBytes();
    look(950);
    Heard alone =
        toy.submit(new Picture(ToyCascade.picture(1, 1, new Random(9))), ToyEngine.EARLY).await();
    assertThat(alone.exit()).isEqualTo(1);
    assertThat(toy.device.memory().openBytes()).isLessThan(kept);
  }

  @Test
  void a_process_within_its_limit_is_left_alone() {
    look(900);
    Reservation first = toy.engine.admission().tryReserve(toy.cascade, BYTES).orElseThrow();
    Reservation second = toy.engine.admission().tryReserve(toy.cascade, BYTES).orElseThrow();
    first.close();
    second.close();
  }
}
