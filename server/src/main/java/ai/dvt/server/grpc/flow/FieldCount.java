package ai.dvt.server.grpc.flow;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.WireFormat;
import io.grpc.Status;
import java.io.IOException;

/**
 * Counts the fields and packed numbers of a message without decoding it. An empty image takes two
 * bytes on the wire and dozens in memory: a message within its limit of bytes could still unfold to
 * many times that. Packed numbers that tensors are made of unfold little and count little.
 */
final class FieldCount {
  private final long limit;
  private long fields;

  private FieldCount(long limit) {
    this.limit = limit;
  }

  /**
   * Reads a message to its end.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it has more than the limit
   * @throws IOException if it is no message
   */
  static void check(CodedInputStream message, Descriptor type, long limit) throws IOException {
    new FieldCount(limit).scan(message, type);
  }

  private void scan(CodedInputStream in, Descriptor type) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      count(1);
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (field == null || WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        in.skipField(tag);
        continue;
      }
      int bytes = in.readRawVarint32();
      if (field.getJavaType() == JavaType.MESSAGE) {
        int outer = in.pushLimit(bytes);
        scan(in, field.getMessageType());
        in.popLimit(outer);
      } else {
        if (field.isPackable()) {
          count(weight(field, bytes));
        }
        in.skipRawBytes(bytes);
      }
    }
  }

  /**
   * What packed numbers count for: floats take as many bytes in memory as on the wire, 32-bit
   * integers up to four times as many, 64-bit ones eight times.
   */
  private static long weight(FieldDescriptor field, int bytes) {
    return switch (field.getJavaType()) {
      case FLOAT, DOUBLE -> bytes / 256;
      case INT, BOOLEAN -> bytes / 64;
      default -> bytes; // at least one byte a number
    };
  }

  private void count(long more) {
    fields += more;
    if (fields > limit) {
      throw Status.INVALID_ARGUMENT
          .withDescription("message: more than " + limit + " fields (expected: at most as many)")
          .asRuntimeException();
    }
  }
}
