package ai.dvt.server.runtime.capi;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.lang.reflect.Field;
import java.util.EnumMap;
import java.util.Map;

/** The function table. Safe from any thread. */
final class OrtApi {
  private static final int PROBE_CODE = 2;
  private static final String PROBE = "probe";

  private final Map<Entry, Function> functions = new EnumMap<>(Entry.class);

  private OrtApi(Pointer table) {
    for (Entry entry : Entry.values()) {
      functions.put(
          entry, Function.getFunction(table.getPointer((long) entry.place * Native.POINTER_SIZE)));
    }
  }

  /**
   * Takes the table that the Java API holds.
   *
   * @throws NativeException when this is another Java API than the one that was looked at
   */
  static OrtApi load() throws NativeException {
    OrtEnvironment.getEnvironment();
    OrtApi api;
    try {
      Field handle = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
      handle.setAccessible(true);
      api = new OrtApi(new Pointer(handle.getLong(null)));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw unknown(e);
    }
    api.check();
    return api;
  }

  /** The native session behind Java's. */
  static Pointer handle(OrtSession session) throws NativeException {
    return handle(OrtSession.class, session);
  }

  /** The native options behind Java's. */
  static Pointer handle(OrtSession.SessionOptions options) throws NativeException {
    return handle(OrtSession.SessionOptions.class, options);
  }

  private static Pointer handle(Class<?> type, Object object) throws NativeException {
    try {
      Field handle = type.getDeclaredField("nativeHandle");
      handle.setAccessible(true);
      return new Pointer(handle.getLong(object));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw unknown(e);
    }
  }

  private static NativeException unknown(Exception cause) {
    return new NativeException(
        "ONNX Runtime's Java API "
            + OrtEnvironment.getEnvironment().getVersion()
            + ": no native handles, "
            + cause
            + " (expected: as in 1.29.0; --handover host does without)");
  }

  /** A status that goes in comes out again. */
  private void check() throws NativeException {
    Pointer status =
        functions.get(Entry.CREATE_STATUS).invokePointer(new Object[] {PROBE_CODE, PROBE});
    int code = functions.get(Entry.GET_ERROR_CODE).invokeInt(new Object[] {status});
    String message = message(status);
    release(Entry.RELEASE_STATUS, status);
    if (code != PROBE_CODE || !PROBE.equals(message)) {
      throw new NativeException(
          "ONNX Runtime's function table: status " + code + " (expected: " + PROBE_CODE + ")");
    }
  }

  private String message(Pointer status) {
    return functions
        .get(Entry.GET_ERROR_MESSAGE)
        .invokePointer(new Object[] {status})
        .getString(0, "UTF-8");
  }

  /** Calls a function that returns a status. */
  void call(Entry entry, Object... arguments) throws NativeException {
    Pointer status = functions.get(entry).invokePointer(arguments);
    if (status != null) {
      String message = message(status);
      release(Entry.RELEASE_STATUS, status);
      throw new NativeException(message);
    }
  }

  /** Calls a function that returns a status and writes a pointer to its last argument. */
  Pointer create(Entry entry, Object... arguments) throws NativeException {
    PointerByReference created = new PointerByReference();
    Object[] all = new Object[arguments.length + 1];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = created;
    call(entry, all);
    return created.getValue();
  }

  /** Calls a function that cannot fail. */
  void release(Entry entry, Pointer pointer) {
    functions.get(entry).invokeVoid(new Object[] {pointer});
  }
}
