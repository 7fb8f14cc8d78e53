package ai.dvt.server.grpc.oip;

import ai.dvt.server.grpc.RequestException;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** BYTES in raw form: every element preceded by its length, four bytes, little-endian. */
final class RawStrings {
  private static final int PREFIX_BYTES = 4;

  private RawStrings() {}

  /**
   * The elements of a tensor, as views.
   *
   * @throws RequestException if they are not as many as the shape says, or a length is wrong
   */
  static List<ByteString> split(InputTensor tensor) throws RequestException {
    ByteString raw = tensor.raw();
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<ByteString> elements = new ArrayList<>();
    while (bytes.hasRemaining() && elements.size() < tensor.elements()) {
      String field = tensor.dataField() + "[" + elements.size() + "]";
      if (bytes.remaining() < PREFIX_BYTES) {
        throw RequestException.invalid(
            field, bytes.remaining() + " bytes", "a length of 4 bytes before the element");
      }
      long length = Integer.toUnsignedLong(bytes.getInt());
      if (length > bytes.remaining()) {
        throw RequestException.invalid(
            field, "length " + length, "at most the " + bytes.remaining() + " bytes that follow");
      }
      int start = bytes.position();
      elements.add(raw.substring(start, start + (int) length));
      bytes.position(start + (int) length);
    }
    if (bytes.hasRemaining() || elements.size() != tensor.elements()) {
      throw RequestException.invalid(
          tensor.dataField(),
          elements.size()
              + " elements"
              + (bytes.hasRemaining() ? " and " + bytes.remaining() + " bytes more" : ""),
          tensor.elements() + " elements for shape " + tensor.shape());
    }
    return elements;
  }

  /** Elements in raw form. */
  static ByteString join(List<ByteString> elements) {
    int size = elements.stream().mapToInt(e -> PREFIX_BYTES + e.size()).sum();
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteString element : elements) {
      bytes.putInt(element.size());
      element.copyTo(bytes);
    }
    return ByteString.copyFrom(bytes.flip());
  }
}
