package ai.dvt.server.runtime.capi;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** A tensor of ONNX Runtime, on the host or a device. One owner, who closes it; from any thread. */
public final class NativeValue implements AutoCloseable {
  private final OrtApi api;
  private final AtomicInteger open;
  private Pointer handle;

  /** Kept from the garbage collector, which does not see native users. */
  private ByteBuffer data;

  /**
   * @param data what the tensor lies over; null if ONNX Runtime owns its memory
   */
  NativeValue(OrtApi api, Pointer handle, AtomicInteger open, ByteBuffer data) {
    this.api = api;
    this.handle = handle;
    this.data = data;
    this.open = open;
    open.incrementAndGet();
  }

  synchronized Pointer handle() {
    if (handle == null) {
      throw new IllegalStateException("a closed value");
    }
    return handle;
  }

  /** The memory it lies in by ONNX Runtime's name, e.g. {@code Cpu} or {@code Cuda}. */
  public String memory() throws NativeException {
    Pointer info = api.create(Entry.TENSOR_MEMORY, handle());
    return api.create(Entry.MEMORY_NAME, info).getString(0);
  }

  @Override
  public synchronized void close() {
    if (handle != null) {
      api.release(Entry.RELEASE_VALUE, handle);
      handle = null;
      data = null;
      open.decrementAndGet();
    }
  }
}
