package ai.dvt.exporter.geometry;

/** Sizes that do not fit together: {@code name: got (expected: rule)}. */
public final class GeometryException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public GeometryException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }
}
