package ai.dvt.client.load;

/** A server process that did not come to serve. */
public final class ServerProcessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String log;

  ServerProcessException(String message, String log) {
    super(message);
    this.log = log;
  }

  /** What the process wrote; may be empty. */
  public String log() {
    return log;
  }
}
