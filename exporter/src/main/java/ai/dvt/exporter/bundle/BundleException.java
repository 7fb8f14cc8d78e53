package ai.dvt.exporter.bundle;

/** A version folder cannot be written; the message reads {@code name: got (expected: rule)}. */
public final class BundleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BundleException(String field, Object got, String rule) {
    super(field + ": " + got + " (expected: " + rule + ")");
  }
}
