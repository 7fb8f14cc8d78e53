package ai.dvt.server.engine;

/** Why the engine gives no answer for an image. */
public final class EngineException extends Exception {
  private static final long serialVersionUID = 1L;

  /** By what the caller should do. */
  public enum Kind {
    /** No room now: try again later. */
    FULL,
    /** The deadline passed before stage 1 could answer, or the time to wait for its start. */
    TOO_LATE,
    /** The caller cancelled. */
    CANCELLED,
    /** The server shuts down: try another one. */
    DRAINING,
    /** The model was unloaded or never became ready. */
    NOT_READY,
    /** The picture leads to no finite answer: change it; the cause says what. */
    UNFIT_INPUT,
    /** A stage failed: a defect, not the caller's fault. */
    STAGE_FAILED
  }

  private final Kind kind;

  public EngineException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public EngineException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
