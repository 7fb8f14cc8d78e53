package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A float32 graph with float16 arithmetic: products, additions and activations take and give
 * float16, norms, softmax and every operator not listed here stay float32, with a Cast between the
 * two. What only moves elements takes the type that comes.
 */
public final class HalfPrecision extends GraphCopy {
  private static final Set<String> COMPUTING =
      Set.of("MatMul", "Gemm", "Conv", "Add", "Sub", "Mul", "Div", "Erf", "Gelu", "Relu");
  private static final Set<String> MOVING =
      Set.of("Reshape", "Transpose", "Slice", "Gather", "Concat", "Expand", "Identity");

  private final Predicate<String> wide;
  private final Predicate<String> halfEnds;
  private final Map<Value, Value> narrowed = new HashMap<>();
  private final Map<Value, Value> widened = new HashMap<>();

  private HalfPrecision(Graph from, Predicate<String> wide, Predicate<String> halfEnds) {
    super(from);
    this.wide = wide;
    this.halfEnds = halfEnds;
  }

  /**
   * @param wide by the name of a node: those that stay float32 whatever their operator
   * @param halfEnds by the name of an input or output of the graph: those of float16
   */
  public static Graph of(Graph graph, Predicate<String> wide, Predicate<String> halfEnds) {
    return new HalfPrecision(graph, wide, halfEnds).copy();
  }

  @Override
  DataType inputType(Value input) {
    return input.dataType() == DataType.FLOAT32 && halfEnds.test(input.name())
        ? DataType.FLOAT16
        : input.dataType();
  }

  @Override
  Value output(String name, Value value) {
    if (value.dataType() != DataType.FLOAT32) {
      return operand(value);
    }
    return to.within(name, () -> halfEnds.test(name) ? narrow(value) : widen(value));
  }

  @Override
  Value replaced(Node node) {
    Value old = node.outputs().get(0);
    boolean floats = old.dataType() == DataType.FLOAT32;
    boolean half = floats && !wide.test(node.name()) && narrows(node);
    List<Value> in =
        node.inputs().stream().map(value -> half ? narrow(value) : widen(value)).toList();
    return same(node, in, half ? DataType.FLOAT16 : old.dataType());
  }

  @Override
  List<Value> manyOperands(Node node) {
    // A node of several outputs is a norm or a choice of tokens: it stays float32.
    return node.inputs().stream().map(this::widen).toList();
  }

  private boolean narrows(Node node) {
    if (!MOVING.contains(node.operator())) {
      return COMPUTING.contains(node.operator());
    }
    return node.inputs().stream()
        .anyMatch(v -> constant(v) == null && operand(v).dataType() == DataType.FLOAT16);
  }

  /** Float16, if it is a floating-point value. */
  private Value narrow(Value old) {
    Constant constant = constant(old);
    if (constant != null && constant.dataType() == DataType.FLOAT32) {
      return to.constant(constant.asFloat16());
    }
    Value value = operand(old);
    return value == null || value.dataType() != DataType.FLOAT32
        ? value
        : narrowed.computeIfAbsent(value, v -> Elementwise.cast(v, DataType.FLOAT16));
  }

  private Value widen(Value old) {
    Value value = operand(old);
    return value == null || value.dataType() != DataType.FLOAT16
        ? value
        : widened.computeIfAbsent(value, v -> Elementwise.cast(v, DataType.FLOAT32));
  }
}
