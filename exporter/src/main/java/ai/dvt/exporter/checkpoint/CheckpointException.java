package ai.dvt.exporter.checkpoint;

/** A checkpoint cannot be read. The message names the file, the tensor or entry, and the rule. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
