package ai.dvt.server;

/** Why a server cannot start; the message reads {@code name: got (expected: rule)}. */
public final class ServerException extends Exception {
  private static final long serialVersionUID = 1L;

  ServerException(String message) {
    super(message);
  }

  ServerException(String name, Object got, String rule, Throwable cause) {
    super(name + ": " + got + " (expected: " + rule + ")", cause);
  }
}
