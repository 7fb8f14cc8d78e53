package ai.dvt.exporter.verify;

import java.io.IOException;

/**
 * Something that cannot be run or compared; the message reads {@code name: got (expected: rule)}.
 */
public final class VerifyException extends IOException {
  private static final long serialVersionUID = 1L;

  VerifyException(String name, Object got, String rule) {
    super(name + ": " + got + " (expected: " + rule + ")");
  }

  VerifyException(String name, Exception cause) {
    super(name + ": " + cause.getMessage(), cause);
  }
}
