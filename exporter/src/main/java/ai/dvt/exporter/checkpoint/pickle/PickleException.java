package ai.dvt.exporter.checkpoint.pickle;

/** A pickle holds something that is broken or not on the allow-list. */
public final class PickleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PickleException(String message) {
    super(message);
  }
}
