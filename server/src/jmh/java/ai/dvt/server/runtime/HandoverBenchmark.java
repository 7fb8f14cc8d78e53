package ai.dvt.server.runtime;

import ai.dvt.cascade.DataType;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an image pays between two stages, with the tensors that the first stage of a DeiT-S cascade
 * at 7x7 hands over: features [50, 384] and relations [72, 50, 50], 797 kB an image, in batches of
 * 32. Every figure is for one image.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(HandoverBenchmark.BATCH)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HandoverBenchmark {
  static final int BATCH = 32;

  private final NativeMemory memory = new NativeMemory();
  private HostWorkspace workspace;
  private HostSessions sessions;
  private HandoverLayout layout;
  private List<ByteBuffer> outputs;
  private List<HandoverRow> twice;
  private List<HostRow> together;
  private List<HostRow> scattered;

  @Setup
  public void runOnce() throws StageException {
    VariantSpec variant = variant();
    layout = new HandoverLayout(variant);
    sessions = new HostSessions(variant, BATCH, layout, List.of(), memory, new Semaphore(1));
    workspace = new HostWorkspace(memory);
    outputs = new ArrayList<>();
    outputs.add(ByteBuffer.allocateDirect(BATCH * 4000).order(ByteOrder.nativeOrder()));
    for (Tensor tensor : layout.outputs(1)) {
      outputs.add(
          ByteBuffer.allocateDirect(BATCH * tensor.rowBytes()).order(ByteOrder.nativeOrder()));
    }
    twice = new ArrayList<>();
    twice.addAll(keep(1));
    twice.addAll(keep(1));
    List<HostRow> rows = twice.stream().map(HostRow.class::cast).toList();
    together = rows.subList(0, BATCH);
    scattered = IntStream.range(0, BATCH).mapToObj(i -> rows.get(2 * i)).toList();
  }

  @TearDown(Level.Trial)
  public void free() {
    twice.forEach(HandoverRow::close);
    sessions.close();
    workspace.close();
  }

  /** All images of a run go on: out of the run's outputs, into slots of their own, and freed. */
  @Benchmark
  public int keepAll() {
    List<HandoverRow> rows = keep(1);
    rows.forEach(HandoverRow::close);
    return rows.size();
  }

  /** Every second image goes on; the figure is still for one of those in the run. */
  @Benchmark
  public int keepEverySecond() {
    List<HandoverRow> rows = keep(2);
    rows.forEach(HandoverRow::close);
    return rows.size();
  }

  /** The next stage's inputs, of images that were kept one after another. */
  @Benchmark
  public long gatherNeighbours() {
    return gather(together);
  }

  /** The next stage's inputs, of images that lie here and there. */
  @Benchmark
  public long gatherScattered() {
    return gather(scattered);
  }

  private List<HandoverRow> keep(int step) {
    List<Integer> kept = IntStream.iterate(0, i -> i < BATCH, i -> i + step).boxed().toList();
    return new HostRun(sessions, 1, BATCH, 0, List.of(), outputs).keep(kept);
  }

  private long gather(List<HostRow> rows) {
    long bytes = 0;
    int position = 1;
    for (HandoverLayout.Input input : layout.inputs(2)) {
      bytes += sessions.gather(input, rows, workspace, position++).remaining();
    }
    return bytes;
  }

  private static VariantSpec variant() {
    return new VariantSpec(
        "portable",
        Flavour.PORTABLE,
        Precision.FLOAT32,
        List.of(),
        List.of(
            stage(1, List.of()),
            stage(
                2,
                List.of(
                    new HandoverSpec(
                        "features", "features", DataType.FLOAT32, List.of(50L, 384L), 1),
                    new HandoverSpec(
                        "relations", "relations", DataType.FLOAT32, List.of(72L, 50L, 50L), 1)))));
  }

  private static StageSpec stage(int stage, List<HandoverSpec> handover) {
    return new StageSpec(
        "stage" + stage,
        new FileSpec("stage-" + stage + ".onnx", "0".repeat(64), 1),
        List.of(),
        stage,
        stage,
        stage,
        "image",
        "logits",
        handover);
  }
}
