package ai.dvt.server.image;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.server.engine.InputRow;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Turns the images of requests into rows of one model's input, whichever form they come in. Safe
 * from any thread.
 */
public final class InputRows {
  private final PictureDecoder decoder;
  private final Preprocessor preprocessor;
  private final int height;
  private final int width;

  /**
   * @param decoder may be shared by many models
   */
  public InputRows(PictureDecoder decoder, Preprocessing preprocessing) {
    this.decoder = decoder;
    this.preprocessor = new Preprocessor(preprocessing);
    this.height = preprocessing.height();
    this.width = preprocessing.width();
  }

  /** Bytes that a waiting row of {@link #encoded} or {@link #pixels} keeps alive. */
  public long pixelRowBytes() {
    return 3L * height * width;
  }

  /** Bytes that a waiting row of {@link #normalised} keeps alive. */
  public long normalisedRowBytes() {
    return 12L * height * width;
  }

  /**
   * A picture file.
   *
   * @param file a JPEG, PNG, BMP or GIF file from position to limit; not kept, position unchanged
   * @throws PictureException for anything that cannot be decoded or is too large
   */
  public InputRow encoded(ByteBuffer file) throws PictureException {
    return preprocessor.row(decoder.decode(file));
  }

  /**
   * A raw picture of any size.
   *
   * @param shape [height, width, 3]
   * @param data uint8, row-major RGB from position to limit; not kept, position unchanged
   * @throws PictureException for a shape that is no picture, is too large or does not fit the data
   */
  public InputRow pixels(List<Long> shape, ByteBuffer data) throws PictureException {
    if (shape.size() != 3 || shape.get(2) != 3) {
      throw new PictureException("tensor.shape", shape, "[height, width, 3] for UINT8");
    }
    decoder.limits().check("tensor.shape", shape.get(1), shape.get(0));
    int pictureHeight = shape.get(0).intValue();
    int pictureWidth = shape.get(1).intValue();
    checkBytes(data, 3L * pictureHeight * pictureWidth, shape);
    return preprocessor.row(new RgbPicture(pictureWidth, pictureHeight, data.slice()));
  }

  /**
   * The model's input itself.
   *
   * @param shape [3, height, width] of the model
   * @param data float32, little-endian, row-major from position to limit; kept, not copied, until
   *     the row is dropped, position unchanged
   * @throws PictureException for another shape or length, or a value that is not finite
   */
  public InputRow normalised(List<Long> shape, ByteBuffer data) throws PictureException {
    List<Long> own = List.of(3L, (long) height, (long) width);
    if (!shape.equals(own)) {
      throw new PictureException("tensor.shape", shape, own + " for FLOAT32");
    }
    checkBytes(data, normalisedRowBytes(), shape);
    return TensorRow.of(data);
  }

  private static void checkBytes(ByteBuffer data, long bytes, List<Long> shape)
      throws PictureException {
    if (data.remaining() != bytes) {
      throw new PictureException(
          "tensor.data", data.remaining() + " bytes", bytes + " for shape " + shape);
    }
  }
}
