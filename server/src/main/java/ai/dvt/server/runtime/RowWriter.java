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

  /**
   * Writes the picture as it was before it was normalised, uint8 [3, height, width], if it is kept
   * so: a quarter of the bytes.
   *
   * @param row direct, exactly the picture's bytes remaining
   * @return whether it was written
   */
  default boolean writePixels(ByteBuffer row) {
    return false;
  }
}
