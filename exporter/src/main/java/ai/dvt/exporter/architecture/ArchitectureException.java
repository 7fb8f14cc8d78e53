package ai.dvt.exporter.architecture;

/**
 * A checkpoint, an architecture and options that do not fit: {@code name: got (expected: rule)}.
 */
public final class ArchitectureException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public ArchitectureException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }
}
