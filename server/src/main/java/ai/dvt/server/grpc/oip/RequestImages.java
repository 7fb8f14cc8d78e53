package ai.dvt.server.grpc.oip;

import ai.dvt.server.engine.InputRow;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.RequestedRow;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureException;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The images of an input tensor: FP32 [N, 3, height, width] is the model's input itself, UINT8 [N,
 * height, width, 3] are pictures of any size, BYTES [N] are picture files.
 */
final class RequestImages {
  private final InputTensor tensor;
  private final InputRows rows;
  private final List<ByteString> files;

  private RequestImages(InputTensor tensor, InputRows rows, List<ByteString> files) {
    this.tensor = tensor;
    this.rows = rows;
    this.files = files;
  }

  /**
   * Checks shape and amount of elements; decodes nothing.
   *
   * @param limit the most images
   * @throws RequestException naming the field that does not fit
   */
  static RequestImages of(InputTensor tensor, ServedModel model, int limit)
      throws RequestException {
    checkShape(tensor, model);
    if (tensor.shape().get(0) > limit) {
      throw RequestException.invalid(
          tensor.shapeField(), tensor.shape(), "at most " + limit + " images");
    }
    if (tensor.type() == InputTensor.Type.BYTES && tensor.raw() != null) {
      return new RequestImages(tensor, model.rows(), RawStrings.split(tensor));
    }
    tensor.checkElements();
    return new RequestImages(
        tensor,
        model.rows(),
        tensor.raw() == null ? tensor.contents().getBytesContentsList() : List.of());
  }

  private static void checkShape(InputTensor tensor, ServedModel model) throws RequestException {
    List<Long> shape = tensor.shape();
    int height = model.version().manifest().preprocessing().height();
    int width = model.version().manifest().preprocessing().width();
    boolean fits =
        switch (tensor.type()) {
          case FP32 ->
              shape.size() == 4
                  && shape.subList(1, 4).equals(List.of(3L, (long) height, (long) width));
          case UINT8 -> shape.size() == 4 && shape.get(3) == 3;
          case BYTES -> shape.size() == 1 || (shape.size() == 2 && shape.get(1) == 1);
        };
    if (!fits) {
      throw RequestException.invalid(
          tensor.shapeField(),
          shape,
          switch (tensor.type()) {
            case FP32 -> "[N, 3, " + height + ", " + width + "] for FP32";
            case UINT8 -> "[N, height, width, 3] for UINT8";
            case BYTES -> "[N] for BYTES";
          });
    }
  }

  int count() {
    return tensor.shape().get(0).intValue();
  }

  /** Bytes that an image keeps alive while it waits. */
  long rowBytes() {
    return tensor.type() == InputTensor.Type.FP32
        ? rows.normalisedRowBytes()
        : rows.pixelRowBytes();
  }

  /**
   * Decodes one image; takes a while.
   *
   * @throws RequestException naming the field that holds no such image
   */
  InputRow row(int index) throws RequestException {
    try {
      return switch (tensor.type()) {
        case FP32 ->
            new RequestedRow(
                rows.normalised(tensor.shape().subList(1, 4), floats(index)),
                cause -> refusal(cause, index));
        case UINT8 -> rows.pixels(tensor.shape().subList(1, 4), pixels(index));
        case BYTES -> rows.encoded(files.get(index).asReadOnlyByteBuffer());
      };
    } catch (PictureException e) {
      throw refusal(e, index);
    }
  }

  /** A view of the raw bytes, or a copy of the typed elements. */
  private ByteBuffer floats(int index) {
    int elements = (int) (tensor.elements() / count());
    if (tensor.raw() != null) {
      return slice(index, elements * Float.BYTES);
    }
    ByteBuffer copy = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      copy.putFloat(i * Float.BYTES, tensor.contents().getFp32Contents(index * elements + i));
    }
    return copy;
  }

  private ByteBuffer pixels(int index) throws RequestException {
    int elements = (int) (tensor.elements() / count());
    if (tensor.raw() != null) {
      return slice(index, elements);
    }
    byte[] copy = new byte[elements];
    for (int i = 0; i < elements; i++) {
      int value = tensor.contents().getUintContents(index * elements + i);
      if (Integer.compareUnsigned(value, 255) > 0) {
        throw RequestException.invalid(
            tensor.dataField() + "[" + (index * elements + i) + "]",
            Integer.toUnsignedString(value),
            "0 to 255 for UINT8");
      }
      copy[i] = (byte) value;
    }
    return ByteBuffer.wrap(copy);
  }

  private ByteBuffer slice(int index, int bytes) {
    return tensor.raw().asReadOnlyByteBuffer().slice(index * bytes, bytes);
  }

  /** The picture's own words, said of the request's fields. */
  private RequestException refusal(PictureException cause, int index) {
    String part = cause.field("");
    String finding = cause.message("").substring(part.length());
    String field;
    if (part.startsWith(".tensor.shape")) {
      field = tensor.shapeField();
    } else {
      String rest = part.startsWith(".tensor.data") ? part.substring(".tensor.data".length()) : "";
      field = tensor.dataField() + "[" + index + "]" + rest;
    }
    return new RequestException(RequestException.Kind.INVALID, field, field + finding);
  }
}
