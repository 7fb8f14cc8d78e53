package ai.dvt.server.runtime;

import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Preprocessing;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Brings a batch of pictures to the device, once for all stages: as uint8 where all of them are
 * kept so, which the device normalises by looking values up, bit for bit as the host does; else
 * normalised. Safe from any thread.
 */
final class PictureUpload implements AutoCloseable {
  private static final String PICTURES = "pictures";
  private static final String OFFSETS = "offsets";
  private static final String TABLE = "table";
  private static final String IMAGE = "image";
  private static final int LEVELS = 256;

  private final ExecutionProvider provider;
  private final SessionSettings settings;
  private final NativeRuntime runtime;
  private final Tensor image;
  private final ByteBuffer table;
  private final ByteBuffer offsets;
  private final Map<DataType, OrtSession> sessions = new EnumMap<>(DataType.class);

  /**
   * @param provider on whose device the pictures are wanted
   * @param image the stages' input, float32 [3, height, width]
   */
  PictureUpload(
      ExecutionProvider provider,
      SessionSettings settings,
      NativeRuntime runtime,
      Tensor image,
      Preprocessing preprocessing) {
    this.provider = provider;
    this.settings = settings;
    this.runtime = runtime;
    this.image = image;
    this.table = direct(3 * LEVELS * Float.BYTES);
    this.table.asFloatBuffer().put(preprocessing.normalised());
    this.offsets = direct(3 * Integer.BYTES);
    this.offsets.asIntBuffer().put(new int[] {0, LEVELS, 2 * LEVELS});
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** The tensor that {@link #batch} makes rows of. */
  Tensor image() {
    return image;
  }

  /**
   * A batch, normalised.
   *
   * @param stays whether it is read by more than one run
   * @return on the device, or where the device can read it once; the caller's to close
   */
  NativeValue batch(List<? extends RowWriter> pictures, HostWorkspace buffers, boolean stays)
      throws NativeException {
    int rows = pictures.size();
    int pixels = image.rowBytes() / Float.BYTES;
    ByteBuffer raw = buffers.input(0, rows * pixels);
    if (writePixels(pictures, raw, pixels)) {
      try (NativeValue uint8 =
          runtime.onHost(raw, image.batch(rows), SmallGraph.number(DataType.UINT8))) {
        return normalised(uint8);
      }
    }
    ByteBuffer floats = HostSessions.gatherImages(image.rowBytes(), pictures, buffers);
    NativeValue onHost =
        runtime.onHost(floats, image.batch(rows), SmallGraph.number(DataType.FLOAT32));
    if (!stays) {
      return onHost;
    }
    try (onHost;
        NativeBinding binding = runtime.bind(session(DataType.FLOAT32))) {
      binding.input(PICTURES, onHost);
      binding.outputOnDevice(IMAGE);
      return binding.run().get(0);
    }
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

  private NativeValue normalised(NativeValue uint8) throws NativeException {
    try (NativeValue values =
            runtime.onHost(
                table.slice(), new long[] {3 * LEVELS}, SmallGraph.number(DataType.FLOAT32));
        NativeValue starts =
            runtime.onHost(
                offsets.slice(), new long[] {3, 1, 1}, SmallGraph.number(DataType.INT32));
        NativeBinding binding = runtime.bind(session(DataType.UINT8))) {
      binding.input(PICTURES, uint8);
      binding.input(OFFSETS, starts);
      binding.input(TABLE, values);
      binding.outputOnDevice(IMAGE);
      return binding.run().get(0);
    }
  }

  private synchronized OrtSession session(DataType from) throws NativeException {
    OrtSession open = sessions.get(from);
    if (open != null) {
      return open;
    }
    try (OrtSession.SessionOptions options = settings.options()) {
      provider.forRows().addTo(options, new StageGraph(PICTURES, List.of(), 1));
      OrtSession session =
          OrtEnvironment.getEnvironment().createSession(graph(from).toBytes(), options);
      sessions.put(from, session);
      return session;
    } catch (OrtException e) {
      throw new NativeException("pictures: " + e.getMessage());
    }
  }

  private SmallGraph graph(DataType from) {
    long[] shape = image.batch(1);
    shape[0] = SmallGraph.ANY;
    SmallGraph graph =
        new SmallGraph(PICTURES)
            .input(PICTURES, from, shape)
            .output(IMAGE, DataType.FLOAT32, shape);
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

  /** Ends the sessions. */
  @Override
  public synchronized void close() {
    try {
      for (OrtSession session : sessions.values()) {
        session.close();
      }
      sessions.clear();
    } catch (OrtException e) {
      throw new IllegalStateException(PICTURES, e);
    }
  }
}
