package ai.dvt.server.runtime;

import ai.dvt.cascade.DataType;
import ai.dvt.cascade.StageSpec;
import ai.dvt.server.runtime.capi.NativeBinding;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One stage's graph in ONNX Runtime, fed and read by position. Safe from several threads. */
final class StageSession implements AutoCloseable {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final String place;
  private final List<Tensor> inputs;
  private final List<Tensor> outputs;
  private final AtomicInteger openTensors;
  private final ArenaUse arenaUse;

  /**
   * @param inputs in the order in which {@link #run} takes them
   * @param outputs in the order in which {@link #run} fills them
   * @param openTensors counts tensors not closed yet
   * @throws StageException when the graph does not load or has other inputs or outputs
   */
  StageSession(
      OrtEnvironment environment,
      OrtSession.SessionOptions options,
      Path folder,
      int stage,
      StageSpec spec,
      List<Tensor> inputs,
      List<Tensor> outputs,
      AtomicInteger openTensors,
      ArenaUse arenaUse)
      throws StageException {
    this.environment = environment;
    this.place = place(stage, spec);
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.openTensors = openTensors;
    this.arenaUse = arenaUse;
    String file = folder.resolve(spec.graph().path()).toString();
    try {
      session = environment.createSession(file, options);
    } catch (OrtException e) {
      throw new StageException(
          place + ", " + spec.graph().path() + ": ONNX Runtime does not load it: " + e.getMessage(),
          e);
    }
    boolean checked = false;
    try {
      check("input", session.getInputInfo(), this.inputs, spec);
      check("output", session.getOutputInfo(), this.outputs, spec);
      checked = true;
    } catch (OrtException e) {
      throw new StageException(place + ": " + e.getMessage(), e);
    } finally {
      if (!checked) {
        close();
      }
    }
  }

  /** How messages name a stage: {@code stage 2 (10x10)}. */
  static String place(int stage, StageSpec spec) {
    return "stage " + stage + " (" + spec.name() + ")";
  }

  String place() {
    return place;
  }

  List<Tensor> inputs() {
    return inputs;
  }

  List<Tensor> outputs() {
    return outputs;
  }

  private void check(
      String kind, Map<String, NodeInfo> graph, List<Tensor> manifest, StageSpec spec)
      throws StageException {
    Set<String> known = new HashSet<>();
    for (Tensor tensor : manifest) {
      known.add(tensor.name());
      String where = place + ", " + kind + " " + tensor.name() + ": ";
      NodeInfo node = graph.get(tensor.name());
      if (node == null) {
        throw new StageException(
            where + "not in the graph (expected: one of " + graph.keySet() + ")");
      }
      if (!(node.getInfo() instanceof TensorInfo found)) {
        throw new StageException(where + node.getInfo() + " (expected: a tensor)");
      }
      long[] shape = tensor.batch(-1);
      if (found.type != typeOf(tensor.dataType()) || !Arrays.equals(found.getShape(), shape)) {
        throw new StageException(
            where
                + found.type
                + Arrays.toString(found.getShape())
                + " (expected: "
                + typeOf(tensor.dataType())
                + Arrays.toString(shape)
                + " by the manifest)");
      }
    }
    spec.costOutput().filter(cost -> kind.equals("output")).ifPresent(known::add);
    for (String name : graph.keySet()) {
      if (!known.contains(name)) {
        throw new StageException(
            place + ", " + kind + " " + name + ": not in the manifest (expected: " + known + ")");
      }
    }
  }

  /** ONNX Runtime's name of a type. */
  static OnnxJavaType typeOf(DataType type) {
    return switch (type) {
      case FLOAT32 -> OnnxJavaType.FLOAT;
      case FLOAT16 -> OnnxJavaType.FLOAT16;
      case UINT8 -> OnnxJavaType.UINT8;
      case INT8 -> OnnxJavaType.INT8;
      case INT32 -> OnnxJavaType.INT32;
      case INT64 -> OnnxJavaType.INT64;
    };
  }

  /**
   * Runs the stage; nothing is copied on the way.
   *
   * @param in one direct buffer an input, exactly {@code rows} rows
   * @param out one direct buffer an output, exactly {@code rows} rows
   * @return nanoseconds in ONNX Runtime
   */
  long run(int rows, List<ByteBuffer> in, List<ByteBuffer> out) throws StageException {
    return run(
        rows,
        in,
        out,
        Optional.of("cpu:0").filter(cpu -> arenaUse.shrinksAfter(rows, System.nanoTime())));
  }

  /**
   * Runs one row for the sake of giving back what larger runs needed.
   *
   * @param arena ONNX Runtime's name of the memory, e.g. {@code cpu:0}
   */
  void shrink(HostWorkspace buffers, String arena) throws StageException {
    buffers.trim(); // new buffers are zeros, which any stage takes
    List<ByteBuffer> in = new ArrayList<>();
    for (Tensor input : inputs) {
      in.add(buffers.input(in.size(), input.rowBytes()));
    }
    List<ByteBuffer> out = new ArrayList<>();
    for (Tensor output : outputs) {
      out.add(buffers.output(out.size(), output.rowBytes()));
    }
    arenaUse.givesBack(1, System.nanoTime());
    run(1, in, out, Optional.of(arena));
  }

  private long run(int rows, List<ByteBuffer> in, List<ByteBuffer> out, Optional<String> shrinks)
      throws StageException {
    List<OnnxTensor> tensors = new ArrayList<>();
    try {
      Map<String, OnnxTensor> fed = open(inputs, in, rows, tensors);
      Map<String, OnnxTensor> pinned = open(outputs, out, rows, tensors);
      long start = System.nanoTime();
      try (OrtSession.RunOptions options = options(shrinks)) {
        session.run(fed, Set.of(), pinned, options).close();
      }
      return System.nanoTime() - start;
    } catch (OrtException e) {
      throw new StageException(place + ", batch " + rows + ": " + e.getMessage(), e);
    } finally {
      arenaUse.ended(rows, System.nanoTime());
      tensors.forEach(OnnxTensor::close);
      openTensors.addAndGet(-tensors.size());
    }
  }

  /**
   * ONNX Runtime keeps the memory of the largest run for the next one.
   *
   * @param shrinks the memory of which the run gives back what it does not need
   */
  private static OrtSession.RunOptions options(Optional<String> shrinks) throws OrtException {
    OrtSession.RunOptions options = new OrtSession.RunOptions();
    if (shrinks.isPresent()) {
      options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", shrinks.get());
    }
    return options;
  }

  /** Whether it keeps memory of larger runs than one of a single row. */
  boolean keepsMore() {
    return arenaUse.keepsMore();
  }

  /** A new binding for one run. */
  NativeBinding bind(NativeRuntime runtime) throws NativeException {
    return runtime.bind(session);
  }

  private Map<String, OnnxTensor> open(
      List<Tensor> specs, List<ByteBuffer> buffers, int rows, List<OnnxTensor> opened)
      throws OrtException {
    Map<String, OnnxTensor> byName = new HashMap<>();
    for (int i = 0; i < specs.size(); i++) {
      Tensor spec = specs.get(i);
      OnnxTensor tensor =
          OnnxTensor.createTensor(
              environment, buffers.get(i), spec.batch(rows), typeOf(spec.dataType()));
      opened.add(tensor);
      openTensors.incrementAndGet();
      byName.put(spec.name(), tensor);
    }
    return byName;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(place, e);
    }
  }
}
