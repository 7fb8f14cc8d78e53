package ai.dvt.server.engine;

import ai.dvt.server.runtime.RowWriter;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One picture's place in a batch, kept as small as it came until the batch is gathered: uint8
 * pixels are normalised only then.
 */
public interface InputRow extends RowWriter {
  /** Bytes kept alive while the picture waits. */
  long queuedBytes();

  /**
   * Writes the normalised picture, float32 [3, height, width] in native byte order, from the
   * buffer's position on; the position afterwards is unspecified. May be called again for a later
   * stage and from any thread, one at a time.
   *
   * @param row a direct buffer in native byte order with exactly the row's bytes remaining
   */
  @Override
  void writeTo(ByteBuffer row);

  /**
   * What in the picture explains an answer that is not finite, told to its caller then: a value far
   * from any picture's. Empty: the picture is not to blame.
   */
  default Optional<? extends Exception> excess() {
    return Optional.empty();
  }

  /**
   * Ends the row: whoever made it may use its memory for another picture. Said once, by the image's
   * owner, when no stage will read it any more.
   */
  default void done() {}
}
