package ai.dvt.server.engine;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.toy.ToyCascade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to decide what runs next while many images of 16 clients wait. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SchedulingBenchmark {
  private static final int BATCH = 32;
  private static final int CLIENTS = 16;
  private static final EngineException GONE =
      new EngineException(EngineException.Kind.CANCELLED, "the benchmark's end of an image");

  /** Images that wait all the time. */
  @Param({"32", "1000"})
  public int waiting;

  private final FullBatchesFirst policy = new FullBatchesFirst();
  private final List<BatchPolicy.Ready> ready = new ArrayList<>();
  private final BatchPolicy.Room room = new BatchPolicy.Room(1000, true);
  private final FairLine<int[]> line = new FairLine<>(entry -> caller(entry[0]));
  private Path folder;
  private CpuDevice device;
  private ServedCascade cascade;
  private Admission admission;
  private Scheduler scheduler;
  private BoundPolicy last;
  private int number;

  @Setup
  public void fill() throws IOException, StageException {
    for (int stage = 1; stage <= 3; stage++) {
      for (int model = 0; model < 3; model++) {
        ready.add(new BatchPolicy.Ready(stage, 7 * stage + model, BATCH, 100 * stage + model, 900));
      }
    }
    for (int i = 0; i < waiting; i++) {
      line.add(new int[] {i});
    }
    folder = Files.createTempDirectory("scheduling");
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    device = new CpuDevice(SessionSettings.DEFAULT, 1);
    cascade =
        new ServedCascade(
            "toy/1", device.open(folder, manifest, manifest.variants().get(0), BATCH));
    last =
        BoundPolicy.of(
            ExitPolicy.parse("last"), cascade.variant().gflops(), name -> Optional.empty());
    admission = new Admission(Long.MAX_VALUE / 2, 1 << 20, System::nanoTime);
    scheduler = new Scheduler(policy, new SystemClock(), admission::room);
    for (int i = 0; i < waiting; i++) {
      enter();
    }
  }

  @TearDown
  public void end() throws IOException {
    scheduler.close();
    cascade.close();
    device.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The policy alone: three stages of three models have images ready. */
  @Benchmark
  public int decide() {
    return policy.next(ready, room, 500).rows();
  }

  /** One leaves the fair line, one joins it. */
  @Benchmark
  public int takeTurns() {
    int[] entry = line.poll();
    line.add(entry);
    return entry[0];
  }

  /**
   * One image's whole way but for decoding and stages: admitted, queued, chosen with 31 others, and
   * out again.
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int admitQueueAndTake() {
    for (int i = 0; i < BATCH; i++) {
      enter();
    }
    Batch batch = scheduler.takeNow();
    scheduler.ran(batch);
    batch.images().forEach(image -> scheduler.fail(image, GONE));
    return batch.images().size();
  }

  private void enter() {
    Caller caller = caller(number++);
    admission.reserveWhenRoom(
        cascade,
        PIXELS.queuedBytes(),
        caller,
        room -> {
          cascade.enter();
          scheduler.enter(
              new Journey(
                  new ImageTask(
                      cascade, PIXELS, last, false, OptionalLong.empty(), Duration.ZERO, DEAF),
                  room,
                  System.nanoTime()));
        });
  }

  private static Caller caller(int number) {
    return new Caller(
        "client " + number % CLIENTS, number % 4 == 3 ? Priority.BATCH : Priority.INTERACTIVE);
  }

  private static final InputRow PIXELS =
      new InputRow() {
        @Override
        public long queuedBytes() {
          return 3 * 224 * 224;
        }

        @Override
        public void writeTo(ByteBuffer row) {}
      };

  private static final ImageListener DEAF =
      new ImageListener() {
        @Override
        public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {}

        @Override
        public void failed(EngineException cause) {}
      };
}
