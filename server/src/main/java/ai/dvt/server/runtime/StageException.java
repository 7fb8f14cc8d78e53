package ai.dvt.server.runtime;

/**
 * A stage cannot be opened or run; the message names the stage and, where one is at fault, the
 * tensor: {@code stage 2 (10x10), input image: got (expected: rule)}.
 */
public final class StageException extends Exception {
  private static final long serialVersionUID = 1L;

  public StageException(String message) {
    super(message);
  }

  public StageException(String message, Throwable cause) {
    super(message, cause);
  }
}
