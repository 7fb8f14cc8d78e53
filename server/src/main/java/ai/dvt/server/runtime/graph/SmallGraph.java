package ai.dvt.server.runtime.graph;

import ai.dvt.cascade.DataType;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a graph of a few nodes in ONNX's wire format: opset 17, no weights. The exporter's
 * GraphBuilder is not at hand in the server and knows every shape; these graphs take rows of any.
 */
public final class SmallGraph {
  /** A dimension that is free. */
  public static final long ANY = -1;

  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int ATTRIBUTE_INT = 2;

  /** One message's content. */
  private interface Content {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private final String name;
  private final List<byte[]> nodes = new ArrayList<>();
  private final List<byte[]> inputs = new ArrayList<>();
  private final List<byte[]> outputs = new ArrayList<>();

  public SmallGraph(String name) {
    this.name = name;
  }

  /**
   * @param shape {@link #ANY} for a free dimension; none: any shape
   */
  public SmallGraph input(String tensor, DataType type, long... shape) {
    inputs.add(value(tensor, type, shape));
    return this;
  }

  /**
   * @param shape {@link #ANY} for a free dimension; none: any shape
   */
  public SmallGraph output(String tensor, DataType type, long... shape) {
    outputs.add(value(tensor, type, shape));
    return this;
  }

  /**
   * @param attributes whole numbers, e.g. {@code axis}
   */
  public SmallGraph node(
      String operator, List<String> from, String to, Map<String, Long> attributes) {
    nodes.add(
        message(
            out -> {
              for (String input : from) {
                out.writeString(1, input);
              }
              out.writeString(2, to);
              out.writeString(3, operator + " to " + to);
              out.writeString(4, operator);
              for (Map.Entry<String, Long> attribute : attributes.entrySet()) {
                out.writeByteArray(
                    5,
                    message(
                        a -> {
                          a.writeString(1, attribute.getKey());
                          a.writeInt64(3, attribute.getValue());
                          a.writeInt32(20, ATTRIBUTE_INT);
                        }));
              }
            }));
    return this;
  }

  /** The model. */
  public byte[] toBytes() {
    byte[] graph =
        message(
            out -> {
              writeAll(out, 1, nodes);
              out.writeString(2, name);
              writeAll(out, 11, inputs);
              writeAll(out, 12, outputs);
            });
    return message(
        out -> {
          out.writeInt64(1, IR_VERSION);
          out.writeString(2, "dvt");
          out.writeByteArray(7, graph);
          out.writeByteArray(8, message(opset -> opset.writeInt64(2, OPSET)));
        });
  }

  private static byte[] value(String tensor, DataType type, long... shape) {
    byte[] dimensions =
        message(
            out -> {
              for (int i = 0; i < shape.length; i++) {
                int place = i;
                out.writeByteArray(
                    1,
                    message(
                        d -> {
                          if (shape[place] == ANY) {
                            d.writeString(2, tensor + '_' + place);
                          } else {
                            d.writeInt64(1, shape[place]);
                          }
                        }));
              }
            });
    byte[] tensorType =
        message(
            out -> {
              out.writeInt32(1, number(type));
              if (shape.length > 0) {
                out.writeByteArray(2, dimensions);
              }
            });
    return message(
        out -> {
          out.writeString(1, tensor);
          out.writeByteArray(2, message(t -> t.writeByteArray(1, tensorType)));
        });
  }

  /** A type's number in ONNX, which is also its number in ONNX Runtime's C API. */
  public static int number(DataType type) {
    return switch (type) {
      case FLOAT32 -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case INT32 -> 6;
      case INT64 -> 7;
      case FLOAT16 -> 10;
    };
  }

  private static void writeAll(CodedOutputStream out, int field, List<byte[]> messages)
      throws IOException {
    for (byte[] message : messages) {
      out.writeByteArray(field, message);
    }
  }

  private static byte[] message(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      content.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
