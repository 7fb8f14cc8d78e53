package ai.dvt.cascade.npy;

import java.io.IOException;

/**
 * A file that is no readable {@code .npy}; the message reads {@code name: got (expected: rule)}.
 */
public final class NpyException extends IOException {
  private static final long serialVersionUID = 1L;

  NpyException(String source, String field, Object got, String rule) {
    super(source + ": " + field + ": " + got + " (expected: " + rule + ")");
  }
}
