package ai.dvt.server.grpc.oip;

import ai.dvt.inference.InferTensorContents;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferRequest.InferInputTensor;
import ai.dvt.server.grpc.RequestException;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.List;

/**
 * The one input of a request and where its elements are, checked for form.
 *
 * @param shape as declared, every size from 1
 * @param raw the elements if they came in {@code raw_input_contents}, else null
 * @param contents the typed elements otherwise
 */
record InputTensor(
    Type type, List<Long> shape, ByteString raw, InferTensorContents contents, String name) {
  static final String IMAGE = "image";

  /** A datatype that an image can have, and the typed contents that hold it. */
  enum Type {
    FP32("fp32_contents", 4),
    UINT8("uint_contents", 1),
    BYTES("bytes_contents", 0);

    private final String field;
    private final int bytes;

    Type(String field, int bytes) {
      this.field = field;
      this.bytes = bytes;
    }
  }

  private static final int RANK_LIMIT = 8;
  private static final String INPUT = "inputs[0]";
  private static final String RAW = "raw_input_contents";

  /**
   * @throws RequestException naming the field that does not hold what the protocol asks for
   */
  static InputTensor of(ModelInferRequest request) throws RequestException {
    checkNames(request.getInputsList());
    InferInputTensor input = request.getInputs(0);
    if (input.getParametersMap().keySet().stream().anyMatch(key -> key.startsWith("shared_mem"))) {
      throw RequestException.invalid(
          INPUT + ".parameters", "shared memory", "contents or raw_input_contents");
    }
    Type type = type(input.getDatatype());
    checkShape(input.getShapeList());
    if (request.getRawInputContentsCount() == 0) {
      checkTyped(input.getContents(), type);
      return new InputTensor(
          type, input.getShapeList(), null, input.getContents(), input.getName());
    }
    if (request.getRawInputContentsCount() != 1) {
      throw RequestException.invalid(
          RAW, request.getRawInputContentsCount() + " entries", "1, as many as inputs");
    }
    for (FieldDescriptor set : input.getContents().getAllFields().keySet()) {
      throw RequestException.invalid(
          INPUT + ".contents." + set.getName(), "set", "unset beside " + RAW);
    }
    return new InputTensor(
        type, input.getShapeList(), request.getRawInputContents(0), null, input.getName());
  }

  private static void checkNames(List<InferInputTensor> inputs) throws RequestException {
    for (int i = 0; i < inputs.size(); i++) {
      String name = inputs.get(i).getName();
      if (!name.equals(IMAGE)) {
        throw RequestException.invalid(
            "inputs[" + i + "].name", '"' + name + '"', "\"" + IMAGE + "\", the only input");
      }
      if (i > 0) {
        throw RequestException.invalid(
            "inputs[" + i + "].name", '"' + name + '"', "every input once");
      }
    }
    if (inputs.isEmpty()) {
      throw RequestException.invalid("inputs", "none", "the input \"" + IMAGE + "\"");
    }
  }

  private static Type type(String datatype) throws RequestException {
    for (Type type : Type.values()) {
      if (type.name().equals(datatype)) {
        return type;
      }
    }
    throw RequestException.invalid(
        INPUT + ".datatype", '"' + datatype + '"', "FP32, UINT8 or BYTES");
  }

  private static void checkShape(List<Long> shape) throws RequestException {
    if (shape.size() > RANK_LIMIT) {
      throw RequestException.invalid(
          INPUT + ".shape", shape.size() + " sizes", "at most " + RANK_LIMIT);
    }
    long elements = 1;
    for (long size : shape) {
      if (size < 1) {
        throw RequestException.invalid(INPUT + ".shape", shape, "sizes from 1");
      }
      if (Math.multiplyHigh(elements, size) != 0 || elements * size < 0) {
        throw RequestException.invalid(INPUT + ".shape", shape, "fewer than 2^63 elements");
      }
      elements *= size;
    }
  }

  private static void checkTyped(InferTensorContents contents, Type type) throws RequestException {
    for (FieldDescriptor set : contents.getAllFields().keySet()) {
      if (!set.getName().equals(type.field)) {
        throw RequestException.invalid(
            INPUT + ".contents." + set.getName(), "set", type.field + " for " + type);
      }
    }
  }

  /** Where the shape stands in the request. */
  String shapeField() {
    return INPUT + ".shape";
  }

  /** Where the elements stand in the request. */
  String dataField() {
    return raw != null ? RAW + "[0]" : INPUT + ".contents." + type.field;
  }

  /** Sizes multiplied. */
  long elements() {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /** Checks that there are as many elements as the shape says; not for BYTES in raw form. */
  void checkElements() throws RequestException {
    long expected = elements();
    if (raw == null) {
      long got =
          switch (type) {
            case FP32 -> contents.getFp32ContentsCount();
            case UINT8 -> contents.getUintContentsCount();
            case BYTES -> contents.getBytesContentsCount();
          };
      if (got != expected) {
        throw RequestException.invalid(
            dataField(), got + " elements", expected + " for shape " + shape);
      }
    } else if (raw.size() % type.bytes != 0 || raw.size() / type.bytes != expected) {
      throw RequestException.invalid(
          dataField(),
          raw.size() + " bytes",
          expected + " elements of " + type.bytes + " bytes for shape " + shape);
    }
  }
}
