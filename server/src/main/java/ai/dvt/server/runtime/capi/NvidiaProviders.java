package ai.dvt.server.runtime.capi;

import ai.onnxruntime.OrtSession.SessionOptions;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Adds CUDA and TensorRT to a session's options. Java's own way ends in the JNI library, and that
 * of the CPU's jar, the only one there is for a Jetson, was compiled to refuse both, whatever the
 * library beside it can do.
 */
public final class NvidiaProviders {
  private NvidiaProviders() {}

  /**
   * @param chosen by ONNX Runtime's names
   * @throws NativeException if it is not in the library, does not load or does not know an option
   */
  public static void addCuda(SessionOptions session, Map<String, String> chosen)
      throws NativeException {
    add(
        session,
        chosen,
        Entry.CREATE_CUDA_OPTIONS,
        Entry.UPDATE_CUDA_OPTIONS,
        Entry.APPEND_CUDA,
        Entry.RELEASE_CUDA_OPTIONS);
  }

  /**
   * @param chosen by ONNX Runtime's names
   * @throws NativeException if it is not in the library, does not load or does not know an option
   */
  public static void addTensorRt(SessionOptions session, Map<String, String> chosen)
      throws NativeException {
    add(
        session,
        chosen,
        Entry.CREATE_TENSORRT_OPTIONS,
        Entry.UPDATE_TENSORRT_OPTIONS,
        Entry.APPEND_TENSORRT,
        Entry.RELEASE_TENSORRT_OPTIONS);
  }

  private static void add(
      SessionOptions session,
      Map<String, String> chosen,
      Entry create,
      Entry update,
      Entry append,
      Entry release)
      throws NativeException {
    OrtApi api = OrtApi.load();
    Pointer options = api.create(create);
    try {
      List<String> names = new ArrayList<>(chosen.keySet());
      api.call(
          update,
          options,
          names.toArray(new String[0]),
          names.stream().map(chosen::get).toArray(String[]::new),
          (long) names.size());
      api.call(append, OrtApi.handle(session), options);
    } finally {
      api.release(release, options);
    }
  }
}
