package ai.dvt.server.trial;

/** Why a trial cannot be made; reads {@code name: got (expected: rule)}. */
final class TrialException extends Exception {
  private static final long serialVersionUID = 1L;

  TrialException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }
}
