package ai.dvt.server.runtime.capi;

/** ONNX Runtime refused a call; the message is its own. */
public final class NativeException extends Exception {
  private static final long serialVersionUID = 1L;

  public NativeException(String message) {
    super(message);
  }
}
