package ai.dvt.server.grpc;

import ai.dvt.server.engine.InputRow;
import ai.dvt.server.image.PictureException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;

/**
 * A row that knows by which field of a request it came.
 *
 * @param refusal says what is wrong with the picture of that field
 */
public record RequestedRow(InputRow row, Function<PictureException, RequestException> refusal)
    implements InputRow {
  @Override
  public long queuedBytes() {
    return row.queuedBytes();
  }

  @Override
  public void writeTo(ByteBuffer batch) {
    row.writeTo(batch);
  }

  @Override
  public boolean writePixels(ByteBuffer batch) {
    return row.writePixels(batch);
  }

  @Override
  public Optional<? extends Exception> excess() {
    return row.excess()
        .map(cause -> cause instanceof PictureException picture ? refusal.apply(picture) : cause);
  }

  @Override
  public void done() {
    row.done();
  }
}
