package ai.dvt.server.grpc;

/**
 * A model that cannot be loaded or unloaded; the message reads {@code name: got (expected: rule)}.
 */
public final class ModelControlException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean unknown;

  private ModelControlException(boolean unknown, String message) {
    super(message);
    this.unknown = unknown;
  }

  /** No such model folder. */
  public static ModelControlException unknown(String name) {
    return new ModelControlException(
        true, "model: \"" + name + "\" (expected: a folder of the repository with a version)");
  }

  /** The model is there and cannot be loaded. */
  public static ModelControlException failed(String why) {
    return new ModelControlException(false, why);
  }

  /** Whether there is no such model, as opposed to one that cannot be loaded. */
  public boolean isUnknown() {
    return unknown;
  }
}
