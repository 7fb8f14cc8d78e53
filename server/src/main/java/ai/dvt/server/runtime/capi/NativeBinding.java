package ai.dvt.server.runtime.capi;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Where the inputs of one run come from and where its outputs go. For one thread. */
public final class NativeBinding implements AutoCloseable {
  private final OrtApi api;
  private final Pointer session;
  private final Pointer handle;
  private final Pointer device;
  private final Pointer allocator;
  private final AtomicInteger openValues;

  NativeBinding(
      OrtApi api,
      Pointer session,
      Pointer handle,
      Pointer device,
      Pointer allocator,
      AtomicInteger openValues) {
    this.api = api;
    this.session = session;
    this.handle = handle;
    this.device = device;
    this.allocator = allocator;
    this.openValues = openValues;
  }

  /** Takes an input from a value; one on the host is copied to a device that needs it. */
  public void input(String name, NativeValue value) throws NativeException {
    api.call(Entry.BIND_INPUT, handle, name, value.handle());
  }

  /** Writes an output into a value. */
  public void output(String name, NativeValue value) throws NativeException {
    api.call(Entry.BIND_OUTPUT, handle, name, value.handle());
  }

  /** Leaves an output on the device, in new memory. */
  public void outputOnDevice(String name) throws NativeException {
    api.call(Entry.BIND_OUTPUT_TO_DEVICE, handle, name, device);
  }

  /**
   * Runs; returns when the outputs are there.
   *
   * @return all outputs in the order in which they were bound, the caller's to close
   */
  public List<NativeValue> run() throws NativeException {
    api.call(Entry.RUN_WITH_BINDING, session, Pointer.NULL, handle);
    PointerByReference values = new PointerByReference();
    LongByReference count = new LongByReference();
    api.call(Entry.BOUND_OUTPUT_VALUES, handle, allocator, values, count);
    List<NativeValue> outputs = new ArrayList<>();
    for (long i = 0; i < count.getValue(); i++) {
      Pointer value = values.getValue().getPointer(i * Native.POINTER_SIZE);
      outputs.add(new NativeValue(api, value, openValues, null));
    }
    if (count.getValue() > 0) {
      api.call(Entry.ALLOCATOR_FREE, allocator, values.getValue());
    }
    return outputs;
  }

  @Override
  public void close() {
    api.release(Entry.RELEASE_BINDING, handle);
  }
}
