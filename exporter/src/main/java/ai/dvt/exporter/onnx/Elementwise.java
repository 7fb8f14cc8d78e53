package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.proto.TensorProto;
import java.util.List;

/** Operators that work on each element; two operands broadcast. */
public final class Elementwise {
  private Elementwise() {}

  public static Value add(Value left, Value right) {
    return binary("Add", left, right);
  }

  public static Value sub(Value left, Value right) {
    return binary("Sub", left, right);
  }

  public static Value mul(Value left, Value right) {
    return binary("Mul", left, right);
  }

  public static Value div(Value left, Value right) {
    return binary("Div", left, right);
  }

  public static Value exp(Value x) {
    return unary("Exp", floating("Exp", x));
  }

  public static Value abs(Value x) {
    return unary("Abs", x);
  }

  /** log(1 + exp(x)). */
  public static Value softplus(Value x) {
    return unary("Softplus", floating("Softplus", x));
  }

  /** The smaller of two. */
  public static Value min(Value left, Value right) {
    return binary("Min", left, right);
  }

  /** The larger of two. */
  public static Value max(Value left, Value right) {
    return binary("Max", left, right);
  }

  /** -1, 0 or 1. */
  public static Value sign(Value x) {
    return unary("Sign", x);
  }

  public static Value erf(Value x) {
    return unary("Erf", floating("Erf", x));
  }

  public static Value sqrt(Value x) {
    return unary("Sqrt", floating("Sqrt", x));
  }

  public static Value relu(Value x) {
    return unary("Relu", x);
  }

  public static Value tanh(Value x) {
    return unary("Tanh", floating("Tanh", x));
  }

  /** Converts every element. */
  public static Value cast(Value x, DataType to) {
    return x.graph()
        .node("Cast", to, x.shape(), List.of(x), Attributes.of("to", (long) elementType(to)));
  }

  /** GELU with the exact error function: x/2 (1 + erf(x/sqrt 2)). */
  public static Value gelu(Value x) {
    GraphBuilder graph = x.graph();
    Value phi = add(erf(div(x, graph.scalar((float) Math.sqrt(2)))), graph.scalar(1));
    return mul(mul(x, phi), graph.scalar(0.5f));
  }

  /** The same by ONNX Runtime's own operator. */
  public static Value fusedGelu(Value x) {
    Value y = x.graph().result("Gelu", x.dataType(), x.shape());
    x.graph().append("com.microsoft", "Gelu", List.of(floating("Gelu", x)), List.of(y));
    return y;
  }

  static int elementType(DataType dataType) {
    return switch (dataType) {
      case FLOAT32 -> TensorProto.DataType.FLOAT_VALUE;
      case FLOAT16 -> TensorProto.DataType.FLOAT16_VALUE;
      case UINT8 -> TensorProto.DataType.UINT8_VALUE;
      case INT8 -> TensorProto.DataType.INT8_VALUE;
      case INT32 -> TensorProto.DataType.INT32_VALUE;
      case INT64 -> TensorProto.DataType.INT64_VALUE;
    };
  }

  static Value floating(String operator, Value x) {
    if (x.dataType() != DataType.FLOAT32 && x.dataType() != DataType.FLOAT16) {
      throw new GraphException(operator, x, "a floating-point tensor");
    }
    return x;
  }

  static DataType sameType(String operator, Value left, Value right) {
    if (left.dataType() != right.dataType()) {
      throw new GraphException(operator, left + " with " + right, "one element type");
    }
    return left.dataType();
  }

  private static Value unary(String operator, Value x) {
    return x.graph().node(operator, x.dataType(), x.shape(), List.of(x));
  }

  private static Value binary(String operator, Value left, Value right) {
    Shape shape = Shape.broadcast(operator + " of " + left.name(), left.shape(), right.shape());
    return left.graph()
        .node(operator, sameType(operator, left, right), shape, List.of(left, right));
  }
}
