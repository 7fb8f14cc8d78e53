package ai.dvt.server.runtime.provider;

/** A provider that cannot be had; the message reads {@code name: got (expected: rule)}. */
public final class ProviderException extends Exception {
  private static final long serialVersionUID = 1L;

  public ProviderException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }
}
