package ai.dvt.server.runtime;

import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.server.runtime.capi.NativeBinding;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import ai.dvt.server.runtime.capi.NativeValue;
import ai.dvt.server.runtime.graph.SmallGraph;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Brings a batch of pictures to the device, once for all stages: as uint8 where all of them are
 * kept so, which the device normalises by looking values up, bit for bit as the host does; else
 * normalised. Safe from any thread.
 */
final class PictureUpload {
  private static final String PICTURES = "pictures";
  private static final String OFFSETS = "offsets";
  private static final String TABLE = "table";
  private static final String IMAGE = "image";
  private static final int LEVELS = 256;
  private static final int SIDE = 16; // SIDE * SIDE == LEVELS

  /** A batch on the host; {@code type} says in which form. */
  record Gathered(ByteBuffer data, DataType type, int rows) {}

  private final DeviceGraphs graphs;
  private final NativeRuntime runtime;
  private final Tensor image;
  private final ByteBuffer table;
  private final ByteBuffer offsets;

  /**
   * Tries all values of a pixel.
   *
   * @param image the stages' input, float32 [3, height, width]
   * @throws NativeException if the device normalises otherwise than the host
   */
  PictureUpload(
      DeviceGraphs graphs, NativeRuntime runtime, Tensor image, Preprocessing preprocessing)
      throws NativeException {
    this.graphs = graphs;
    this.runtime = runtime;
    this.image = image;
    this.table = direct(3 * LEVELS * Float.BYTES);
    this.table.asFloatBuffer().put(preprocessing.normalised());
    this.offsets = direct(3 * Integer.BYTES);
    this.offsets.asIntBuffer().put(new int[] {0, LEVELS, 2 * LEVELS});
    tryAllLevels();
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private void tryAllLevels() throws NativeException {
    ByteBuffer pixels = direct(3 * LEVELS);
    for (int i = 0; i < 3 * LEVELS; i++) {
      pixels.put(i, (byte) i);
    }
    ByteBuffer got = direct(3 * LEVELS * Float.BYTES);
    long[] shape = {1, 3, SIDE, SIDE};
    try (NativeValue uint8 = runtime.onHost(pixels, shape, SmallGraph.number(DataType.UINT8));
        NativeValue result = runtime.onHost(got, shape, SmallGraph.number(DataType.FLOAT32));
        NativeBinding binding = runtime.bind(session(DataType.UINT8))) {
      binding.output(IMAGE, result);
      normalise(uint8, binding).close();
    }
    if (got.mismatch(table.slice()) >= 0) {
      throw new NativeException(
          "pictures: normalised otherwise than on the host (expected: the same bits)");
    }
  }

  /** The tensor that {@link #upload} makes rows of. */
  Tensor image() {
    return image;
  }

  /** Puts a batch together on the host; asks nothing of the device. */
  Gathered gather(List<? extends RowWriter> pictures, HostWorkspace buffers) {
    int rows = pictures.size();
    int pixels = image.rowBytes() / Float.BYTES;
    ByteBuffer raw = buffers.input(0, rows * pixels);
    return writePixels(pictures, raw, pixels)
        ? new Gathered(raw, DataType.UINT8, rows)
        : new Gathered(
            HostSessions.gatherImages(image.rowBytes(), pictures, buffers), DataType.FLOAT32, rows);
  }

  private static boolean writePixels(
      List<? extends RowWriter> pictures, ByteBuffer raw, int rowBytes) {
    for (int row = 0; row < pictures.size(); row++) {
      if (!pictures.get(row).writePixels(raw.slice(row * rowBytes, rowBytes))) {
        return false;
      }
    }
    return true;
  }

  /**
   * A batch, normalised.
   *
   * @param stays whether it is read by more than one run
   * @return on the device, or where the device can read it once; the caller's to close
   */
  NativeValue upload(Gathered gathered, boolean stays) throws NativeException {
    NativeValue onHost =
        runtime.onHost(
            gathered.data(), image.batch(gathered.rows()), SmallGraph.number(gathered.type()));
    if (gathered.type() == DataType.FLOAT32 && !stays) {
      return onHost;
    }
    try (onHost;
        NativeBinding binding = runtime.bind(session(gathered.type()))) {
      binding.outputOnDevice(IMAGE);
      if (gathered.type() == DataType.UINT8) {
        return normalise(onHost, binding);
      }
      binding.input(PICTURES, onHost);
      return binding.run().get(0);
    }
  }

  private NativeValue normalise(NativeValue uint8, NativeBinding binding) throws NativeException {
    try (NativeValue values =
            runtime.onHost(
                table.slice(), new long[] {3 * LEVELS}, SmallGraph.number(DataType.FLOAT32));
        NativeValue starts =
            runtime.onHost(
                offsets.slice(), new long[] {3, 1, 1}, SmallGraph.number(DataType.INT32))) {
      binding.input(PICTURES, uint8);
      binding.input(OFFSETS, starts);
      binding.input(TABLE, values);
      return binding.run().get(0);
    }
  }

  private OrtSession session(DataType from) throws NativeException {
    return graphs.session("pictures from " + from, () -> graph(from));
  }

  private static SmallGraph graph(DataType from) {
    SmallGraph graph =
        new SmallGraph(PICTURES).input(PICTURES, from).output(IMAGE, DataType.FLOAT32);
    if (from == DataType.FLOAT32) {
      return graph.node("Identity", List.of(PICTURES), IMAGE, Map.of());
    }
    return graph
        .input(OFFSETS, DataType.INT32, 3, 1, 1)
        .input(TABLE, DataType.FLOAT32, 3 * LEVELS)
        .node(
            "Cast",
            List.of(PICTURES),
            "levels",
            Map.of("to", (long) SmallGraph.number(DataType.INT32)))
        .node("Add", List.of("levels", OFFSETS), "places", Map.of())
        .node("Gather", List.of(TABLE, "places"), IMAGE, Map.of("axis", 0L));
  }
}
