package ai.dvt.server.repository;

/** The repository itself, or a file in it, cannot be read. */
public final class RepositoryException extends Exception {
  private static final long serialVersionUID = 1L;

  RepositoryException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }

  RepositoryException(String name, Object got, String rule, Throwable cause) {
    super(name + ": " + got + " (expected: " + rule + ")", cause);
  }
}
