package ai.dvt.server.grpc.access;

/**
 * A file that decides about access and cannot be used; reads {@code name: got (expected: rule)}.
 */
public final class AccessException extends Exception {
  private static final long serialVersionUID = 1L;

  AccessException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }

  AccessException(String name, Object got, String rule, Throwable cause) {
    super(name + ": " + got + " (expected: " + rule + ")", cause);
  }
}
