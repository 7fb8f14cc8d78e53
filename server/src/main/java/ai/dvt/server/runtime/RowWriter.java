package ai.dvt.server.runtime;

import java.nio.ByteBuffer;

/** Brings one picture into a batch. */
@FunctionalInterface
public interface RowWriter {
  /**
   * Writes the normalised picture, float32 [3, height, width].
   *
   * @param row direct, native byte order, exactly the picture's bytes remaining
   */
  void writeTo(ByteBuffer row);
}
