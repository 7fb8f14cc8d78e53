package ai.dvt.exporter.calibration;

/** Records or wishes that no thresholds can be solved from. */
public final class CalibrationException extends Exception {
  private static final long serialVersionUID = 1L;

  CalibrationException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }

  CalibrationException(String name, Object got, String rule, Throwable cause) {
    super(name + ": " + got + " (expected: " + rule + ")", cause);
  }
}
