package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Products with trained matrices as int8: every column of the matrix has a scale of its own, and so
 * has every row of the other operand, measured as it comes (largest magnitude / 127). A row is a
 * token, so an image's answer does not depend on its batch. Sums are exact in int32; everything
 * else stays float32. Uses ONNX Runtime's MatMulIntegerToFloat, so it belongs to the CPU flavour.
 */
public final class RowQuantization extends GraphCopy {
  private static final int ZERO = 128;
  private static final float LEVELS = 127;

  /** Added to a row's scale, so that a row of zeros has one. */
  private static final float SMALLEST_SCALE = 1e-12f;

  private final Predicate<String> chosen;
  private final Map<Value, Rows> quantized = new HashMap<>();

  private RowQuantization(Graph from, Predicate<String> chosen) {
    super(from);
    this.chosen = chosen;
  }

  /**
   * @param chosen by the name of the matrix
   */
  public static Graph of(Graph graph, Predicate<String> chosen) {
    return new RowQuantization(graph, chosen).copy();
  }

  /**
   * @param values uint8 [..., k], zero at 128
   * @param scales float32 [..., 1]
   */
  private record Rows(Value values, Value scales) {}

  @Override
  Value replaced(Node node) {
    boolean product = node.operator().equals("MatMul") || node.operator().equals("Gemm");
    Constant matrix = product ? constant(node.inputs().get(1)) : null;
    if (matrix == null
        || !matrix.trained()
        || matrix.shape().rank() != 2
        || !node.attributes().isEmpty()
        || !chosen.test(matrix.name())) {
      return super.replaced(node);
    }
    Rows rows = quantized.computeIfAbsent(operand(node.inputs().get(0)), this::rows);
    Value scaled = Elementwise.mul(product(rows.values(), matrix), rows.scales());
    return node.inputs().size() < 3
        ? scaled
        : Elementwise.add(scaled, operand(node.inputs().get(2)));
  }

  private Value product(Value rows, Constant matrix) {
    PerChannel columns = PerChannel.of(matrix, 1);
    Value values = to.constant(columns.values());
    Value scales =
        to.constant(
            columns
                .scales()
                .reshaped(matrix.name() + ".scales", Shape.of(matrix.shape().dimension(1))));
    Value y =
        to.result(
            "MatMulIntegerToFloat",
            DataType.FLOAT32,
            rows.shape().with(-1, matrix.shape().dimension(1)));
    to.append(
        "com.microsoft",
        "MatMulIntegerToFloat",
        Arrays.asList(rows, values, to.scalar(1), scales, zero()),
        List.of(y));
    return y;
  }

  private Rows rows(Value x) {
    // Two passes that only read are faster than one that writes all magnitudes.
    Value largest =
        Elementwise.max(
            Elementwise.abs(Reductions.max(x, -1)), Elementwise.abs(Reductions.min(x, -1)));
    Value scales =
        Elementwise.add(Elementwise.mul(largest, to.scalar(1 / LEVELS)), to.scalar(SMALLEST_SCALE));
    return new Rows(x.shape().hasUnknown() ? divided(x, scales) : perRow(x, scales), scales);
  }

  /** With one scale a row, in one pass. */
  private Value perRow(Value x, Value scales) {
    long count = x.shape().with(-1, 1).product();
    Value flat = Layout.reshape(x, Shape.of(count, x.dimension(-1)));
    Value each = Layout.reshape(scales, Shape.of(count));
    Value shape = to.node("Shape", DataType.INT64, Shape.of(1), List.of(each));
    Value zeros = to.node("Expand", DataType.UINT8, each.shape(), List.of(zero(), shape));
    Value values =
        to.node(
            "QuantizeLinear",
            DataType.UINT8,
            flat.shape(),
            List.of(flat, each, zeros),
            Attributes.of("axis", 0L));
    return Layout.reshape(values, x.shape());
  }

  /** The same where the number of rows is not known here. */
  private Value divided(Value x, Value scales) {
    List<Value> in = List.of(Elementwise.div(x, scales), to.scalar(1), zero());
    return to.node("QuantizeLinear", DataType.UINT8, x.shape(), in);
  }

  private Value zero() {
    return to.constant(
        Constant.bytes("uint8_128", DataType.UINT8, Shape.of(), () -> new byte[] {(byte) ZERO}));
  }
}
