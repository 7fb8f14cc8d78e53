package ai.dvt.server.evaluation;

/** Data, models or records that cannot be evaluated; reads {@code name: got (expected: rule)}. */
public final class EvaluationException extends Exception {
  private static final long serialVersionUID = 1L;

  public EvaluationException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }
}
