package ai.dvt.server.runtime;

import ai.dvt.cascade.DataType;
import ai.dvt.server.runtime.capi.NativeBinding;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import ai.dvt.server.runtime.capi.NativeValue;
import ai.dvt.server.runtime.graph.SmallGraph;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.StageGraph;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a batch out of rows of one or more batches, on the device: small graphs, Gather over
 * Concat, one a tensor and number of sources, opened when first needed. Only the rows' numbers
 * cross. Safe from any thread.
 */
final class RowSelection implements AutoCloseable {
  /** Sources of one graph; what is not used gets no rows. More sources are joined in turns. */
  private static final int SOURCES = 8;

  private static final String ROWS = "rows";
  private static final String CHOSEN = "chosen";

  /** A batch on the device. */
  record Source(NativeValue value, int rows) {}

  private record Key(Tensor tensor, int sources) {}

  private final ExecutionProvider provider;
  private final SessionSettings settings;
  private final NativeRuntime runtime;
  private final Map<Key, OrtSession> sessions = new HashMap<>();

  /**
   * @param provider whose device the rows lie on
   */
  RowSelection(ExecutionProvider provider, SessionSettings settings, NativeRuntime runtime) {
    this.provider = provider;
    this.settings = settings;
    this.runtime = runtime;
  }

  /**
   * Gathers rows.
   *
   * @param sources batches of the same tensor; they stay the caller's
   * @param chosen row numbers, counted through all sources
   * @return a batch of these rows, the caller's to close
   */
  NativeValue select(Tensor tensor, List<Source> sources, long[] chosen) throws NativeException {
    if (sources.size() <= SOURCES) {
      return run(tensor, sources, chosen);
    }
    List<Source> joined = new ArrayList<>();
    try {
      for (int from = 0; from < sources.size(); from += SOURCES) {
        List<Source> some = sources.subList(from, Math.min(from + SOURCES, sources.size()));
        int rows = some.stream().mapToInt(Source::rows).sum();
        long[] all = new long[rows];
        for (int row = 0; row < rows; row++) {
          all[row] = row;
        }
        joined.add(new Source(run(tensor, some, all), rows));
      }
      return select(tensor, joined, chosen);
    } finally {
      joined.forEach(source -> source.value().close());
    }
  }

  private NativeValue run(Tensor tensor, List<Source> sources, long[] chosen)
      throws NativeException {
    int places = sources.size() == 1 ? 1 : SOURCES;
    ByteBuffer numbers = ByteBuffer.allocateDirect(chosen.length * Long.BYTES);
    numbers.order(ByteOrder.nativeOrder()).asLongBuffer().put(chosen);
    ByteBuffer nothing = ByteBuffer.allocateDirect(Long.BYTES).limit(0);
    int type = SmallGraph.number(tensor.dataType());
    try (NativeValue rows =
            runtime.onHost(numbers, new long[] {chosen.length}, SmallGraph.number(DataType.INT64));
        NativeValue none = runtime.onHost(nothing, tensor.batch(0), type);
        NativeBinding binding = runtime.bind(session(new Key(tensor, places)))) {
      for (int place = 0; place < places; place++) {
        binding.input(name(place), place < sources.size() ? sources.get(place).value() : none);
      }
      binding.input(ROWS, rows);
      binding.outputOnDevice(CHOSEN);
      return binding.run().get(0);
    }
  }

  private static String name(int place) {
    return "source_" + place;
  }

  private synchronized OrtSession session(Key key) throws NativeException {
    OrtSession open = sessions.get(key);
    if (open != null) {
      return open;
    }
    try (OrtSession.SessionOptions options = settings.options()) {
      provider
          .forRows()
          .addTo(options, new StageGraph("selection", List.of(), Math.max(1, key.sources())));
      OrtSession session =
          OrtEnvironment.getEnvironment()
              .createSession(graph(key.tensor(), key.sources()), options);
      sessions.put(key, session);
      return session;
    } catch (OrtException e) {
      throw new NativeException("selection of " + key.tensor().name() + ": " + e.getMessage());
    }
  }

  private static byte[] graph(Tensor tensor, int sources) {
    long[] shape = tensor.batch(1);
    shape[0] = SmallGraph.ANY;
    SmallGraph graph = new SmallGraph("selection");
    List<String> names = new ArrayList<>();
    for (int place = 0; place < sources; place++) {
      names.add(name(place));
      graph.input(name(place), tensor.dataType(), shape);
    }
    graph.input(ROWS, DataType.INT64, SmallGraph.ANY);
    String from = names.get(0);
    if (sources > 1) {
      from = "joined";
      graph.node("Concat", names, from, Map.of("axis", 0L));
    }
    return graph
        .node("Gather", List.of(from, ROWS), CHOSEN, Map.of("axis", 0L))
        .output(CHOSEN, tensor.dataType(), shape)
        .toBytes();
  }

  /** Ends the sessions. */
  @Override
  public synchronized void close() {
    try {
      for (OrtSession session : sessions.values()) {
        session.close();
      }
      sessions.clear();
    } catch (OrtException e) {
      throw new IllegalStateException("selection", e);
    }
  }
}
