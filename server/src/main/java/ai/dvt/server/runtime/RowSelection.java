package ai.dvt.server.runtime;

import ai.dvt.cascade.DataType;
import ai.dvt.server.runtime.capi.NativeBinding;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import ai.dvt.server.runtime.capi.NativeValue;
import ai.dvt.server.runtime.graph.SmallGraph;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Makes a batch out of rows of one or more batches, on the device: a Gather from each, a Concat,
 * and a Gather that puts the rows in order, so that nothing larger than the batch is copied. Only
 * the rows' numbers cross. Safe from any thread.
 */
final class RowSelection {
  /** Sources of one graph. More are picked from in turns. */
  private static final int SOURCES = 8;

  private static final String ORDER = "order";
  private static final String CHOSEN = "chosen";

  /** A batch on the device. */
  record Source(NativeValue value, int rows) {}

  /** The rows that are wanted of a source. */
  private record Pick(NativeValue source, long[] rows) {}

  private final DeviceGraphs graphs;
  private final NativeRuntime runtime;

  RowSelection(DeviceGraphs graphs, NativeRuntime runtime) {
    this.graphs = graphs;
    this.runtime = runtime;
  }

  /** Opens now what {@link #select} would open in the middle of a request. */
  void prepare(DataType type) throws NativeException {
    session(type, 1);
    session(type, SOURCES);
  }

  /**
   * Gathers rows.
   *
   * @param sources batches of the same tensor; they stay the caller's
   * @param chosen row numbers, counted through all sources
   * @return a batch of these rows, the caller's to close
   */
  NativeValue select(Tensor tensor, List<Source> sources, long[] chosen) throws NativeException {
    if (sources.size() == 1) {
      return run(
          tensor.dataType(), List.of(new Pick(sources.get(0).value(), chosen)), all(chosen.length));
    }
    List<Pick> picks = new ArrayList<>();
    long[] order = new long[chosen.length];
    long first = 0;
    int picked = 0;
    for (Source source : sources) {
      long from = first;
      long end = first + source.rows();
      long[] rows =
          LongStream.of(chosen).filter(n -> n >= from && n < end).map(n -> n - from).toArray();
      if (rows.length > 0) {
        picks.add(new Pick(source.value(), rows));
      }
      for (int place = 0; place < chosen.length; place++) {
        if (chosen[place] >= from && chosen[place] < end) {
          order[place] = picked++;
        }
      }
      first = end;
    }
    return pick(tensor, picks, order);
  }

  private static long[] all(int count) {
    return LongStream.range(0, count).toArray();
  }

  /**
   * @param order of the picked rows
   */
  private NativeValue pick(Tensor tensor, List<Pick> picks, long[] order) throws NativeException {
    if (picks.size() <= SOURCES) {
      return run(tensor.dataType(), picks, order);
    }
    List<Pick> joined = new ArrayList<>();
    try {
      for (int from = 0; from < picks.size(); from += SOURCES) {
        List<Pick> some = picks.subList(from, Math.min(from + SOURCES, picks.size()));
        long[] all = all(some.stream().mapToInt(p -> p.rows().length).sum());
        joined.add(new Pick(run(tensor.dataType(), some, all), all));
      }
      return pick(tensor, joined, order);
    } finally {
      joined.forEach(pick -> pick.source().close());
    }
  }

  private NativeValue run(DataType type, List<Pick> picks, long[] order) throws NativeException {
    int places = picks.size() == 1 ? 1 : SOURCES;
    List<NativeValue> numbers = new ArrayList<>();
    try (NativeBinding binding = runtime.bind(session(type, places))) {
      for (int place = 0; place < places; place++) {
        // A place without a source picks one row of another, which nobody asks for.
        Pick pick =
            place < picks.size() ? picks.get(place) : new Pick(picks.get(0).source(), new long[1]);
        binding.input(source(place), pick.source());
        long[] rows =
            places > 1
                ? pick.rows()
                : LongStream.of(order).map(n -> pick.rows()[(int) n]).toArray();
        binding.input(rows(place), numbers(rows, numbers));
      }
      if (places > 1) {
        binding.input(ORDER, numbers(order, numbers));
      }
      binding.outputOnDevice(CHOSEN);
      return binding.run().get(0);
    } finally {
      numbers.forEach(NativeValue::close);
    }
  }

  /**
   * @param made gets the value, to be closed
   */
  private NativeValue numbers(long[] numbers, List<NativeValue> made) throws NativeException {
    ByteBuffer data = ByteBuffer.allocateDirect(numbers.length * Long.BYTES);
    data.order(ByteOrder.nativeOrder()).asLongBuffer().put(numbers);
    NativeValue value =
        runtime.onHost(data, new long[] {numbers.length}, SmallGraph.number(DataType.INT64));
    made.add(value);
    return value;
  }

  private static String source(int place) {
    return "source_" + place;
  }

  private static String rows(int place) {
    return "rows_" + place;
  }

  private OrtSession session(DataType type, int sources) throws NativeException {
    return graphs.session(
        "selection of " + type + " rows from " + sources, () -> graph(type, sources));
  }

  private static SmallGraph graph(DataType type, int sources) {
    SmallGraph graph = new SmallGraph("selection").output(CHOSEN, type);
    List<String> picked = new ArrayList<>();
    for (int place = 0; place < sources; place++) {
      picked.add(sources == 1 ? CHOSEN : "picked_" + place);
      graph
          .input(source(place), type)
          .input(rows(place), DataType.INT64, SmallGraph.ANY)
          .node(
              "Gather", List.of(source(place), rows(place)), picked.get(place), Map.of("axis", 0L));
    }
    return sources == 1
        ? graph
        : graph
            .input(ORDER, DataType.INT64, SmallGraph.ANY)
            .node("Concat", picked, "joined", Map.of("axis", 0L))
            .node("Gather", List.of("joined", ORDER), CHOSEN, Map.of("axis", 0L));
  }
}
