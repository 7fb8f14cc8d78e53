package ai.dvt.exporter.onnx;

/** A graph that cannot be: {@code what: got (expected: rule)}. */
public final class GraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public GraphException(String what, Object got, String rule) {
    super(what + ": " + got + " (expected: " + rule + ")");
  }
}
