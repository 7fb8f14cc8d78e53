package ai.dvt.server.runtime.capi;

import ai.onnxruntime.OrtSession;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Values on the host and on one device, and runs between them. Safe from any thread. */
public final class NativeRuntime implements AutoCloseable {
  private static final int DEVICE_ALLOCATOR = 0;
  private static final int DEFAULT_MEMORY = 0;
  private static final int LOG_WARNINGS = 2;

  private final OrtApi api;
  private final Pointer host;
  private final Pointer device;
  private final Pointer allocator;
  private final AtomicInteger openValues;
  private boolean closed;

  private NativeRuntime(
      OrtApi api, Pointer host, Pointer device, Pointer allocator, AtomicInteger openValues) {
    this.api = api;
    this.host = host;
    this.device = device;
    this.allocator = allocator;
    this.openValues = openValues;
  }

  /**
   * @param memory of the device by ONNX Runtime's name: {@code Cpu} or {@code Cuda}
   * @param number of the device among those of its kind
   * @param openValues counts values not closed yet
   */
  public static NativeRuntime open(String memory, int number, AtomicInteger openValues)
      throws NativeException {
    OrtApi api = OrtApi.load();
    Pointer host = api.create(Entry.CREATE_MEMORY, "Cpu", DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
    try {
      Pointer device =
          api.create(Entry.CREATE_MEMORY, memory, DEVICE_ALLOCATOR, number, DEFAULT_MEMORY);
      return new NativeRuntime(api, host, device, api.create(Entry.DEFAULT_ALLOCATOR), openValues);
    } catch (NativeException e) {
      api.release(Entry.RELEASE_MEMORY, host);
      throw new NativeException("memory " + memory + " " + number + ": " + e.getMessage());
    }
  }

  /**
   * Keeps ONNX Runtime's environment until the process ends. The Java API releases it in a shutdown
   * hook of its own, which runs beside all others: sessions that are still used or opened then, and
   * provider libraries, lose it (microsoft/onnxruntime issue 31352). There is one environment a
   * process, and it counts who holds it; the handle that counts here is never given back.
   */
  public static void keepEnvironment() throws NativeException {
    OrtApi.load().create(Entry.CREATE_ENVIRONMENT, LOG_WARNINGS, "dvt");
  }

  /**
   * A tensor over a buffer; nothing is copied.
   *
   * @param data direct, exactly the tensor's bytes remaining from position 0; the value keeps it
   * @param elementType ONNX's number
   */
  public NativeValue onHost(ByteBuffer data, long[] shape, int elementType) throws NativeException {
    Pointer value =
        api.create(
            Entry.CREATE_TENSOR_WITH_DATA,
            host,
            Native.getDirectBufferPointer(data),
            (long) data.remaining(),
            shape,
            (long) shape.length,
            elementType);
    return new NativeValue(api, value, openValues, data);
  }

  /** A new binding for one run of a session, the caller's to close. */
  public NativeBinding bind(OrtSession session) throws NativeException {
    Pointer handle = OrtApi.handle(session);
    return new NativeBinding(
        api, handle, api.create(Entry.CREATE_BINDING, handle), device, allocator, openValues);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      api.release(Entry.RELEASE_MEMORY, host);
      api.release(Entry.RELEASE_MEMORY, device);
    }
  }
}
