package ai.dvt.server.image;

import ai.dvt.server.engine.InputRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;

/** A normalised input as it came: a view of the request's bytes, copied once, into the batch. */
final class TensorRow implements InputRow {
  private static final int NOT_FINITE = 0x7f800000;

  /** No picture's values come near, whichever way it is normalised. */
  private static final float HUGE = 1000;

  private final ByteBuffer data;

  private TensorRow(ByteBuffer data) {
    this.data = data;
  }

  /**
   * @param data float32, little-endian, from position to limit
   * @throws PictureException for a value that is infinite or not a number
   */
  static TensorRow of(ByteBuffer data) throws PictureException {
    ByteBuffer values = data.slice().order(ByteOrder.LITTLE_ENDIAN);
    int bytes = values.remaining();
    boolean finite = true;
    for (int i = 0; i < bytes; i += Float.BYTES) {
      finite &= (values.getInt(i) & NOT_FINITE) != NOT_FINITE;
    }
    if (!finite) {
      throw notFinite(values.asFloatBuffer());
    }
    return new TensorRow(values);
  }

  private static PictureException notFinite(FloatBuffer values) {
    int i = 0;
    while (Float.isFinite(values.get(i))) {
      i++;
    }
    return new PictureException("tensor.data[" + i + "]", values.get(i), "a finite value");
  }

  @Override
  public Optional<PictureException> excess() {
    FloatBuffer values = data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (int i = 0; i < values.capacity(); i++) {
      if (Math.abs(values.get(i)) > HUGE) {
        return Optional.of(
            new PictureException(
                "tensor.data[" + i + "]",
                values.get(i),
                "a normalised picture's value; its answer is not finite"));
      }
    }
    return Optional.empty();
  }

  @Override
  public long queuedBytes() {
    return data.capacity();
  }

  @Override
  public void writeTo(ByteBuffer row) {
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      row.put(row.position(), data, 0, data.capacity());
    } else {
      row.asFloatBuffer().put(data.asFloatBuffer());
    }
  }
}
