package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import java.util.Arrays;
import java.util.List;

/**
 * Operators that pick elements by rank or by number, image by image. Axis 0 is the batch, axis 1
 * the tokens.
 */
public final class Selection {
  private Selection() {}

  /** The picked elements, best first, and where they stood. */
  public record Top(Value values, Value indices) {}

  /**
   * The {@code count} largest elements of each row, largest first; of equals the one in front.
   *
   * @param x [B, n]
   */
  public static Top largest(Value x, long count) {
    if (x.shape().rank() != 2 || count < 1 || count > x.dimension(1)) {
      throw new GraphException("TopK of " + x.name(), count + " of " + x.shape(), "1 to n");
    }
    return top(x, x.graph().longs(count), count, true);
  }

  /**
   * The same with a number that the data decide.
   *
   * @param count int64 [1]
   * @param size what stands for it in shapes
   */
  public static Top largest(Value x, Value count, long size) {
    return top(x, count, size, true);
  }

  /**
   * All elements of each row, smallest first.
   *
   * @param x [B, n]
   */
  public static Top ascending(Value x) {
    return top(x, size(x, 1), x.dimension(1), false);
  }

  private static Top top(Value x, Value count, long size, boolean largest) {
    GraphBuilder graph = x.graph();
    Value values = graph.result("TopK", x.dataType(), x.shape().with(1, size));
    Value indices = graph.result("TopKIndices", DataType.INT64, x.shape().with(1, size));
    graph.append(
        "",
        "TopK",
        List.of(x, count),
        Arrays.asList(values, indices),
        Attributes.of("axis", 1L),
        Attributes.of("largest", largest ? 1L : 0L),
        Attributes.of("sorted", 1L));
    return new Top(values, indices);
  }

  /** Size of an axis, int64 [1]: a constant if it is known. */
  public static Value size(Value x, int axis) {
    long size = x.dimension(axis);
    return size >= 0
        ? x.graph().longs(size)
        : x.graph()
            .node(
                "Shape",
                DataType.INT64,
                Shape.of(1),
                List.of(x),
                Attributes.of("start", (long) axis),
                Attributes.of("end", axis + 1L));
  }

  /**
   * Whole rows by number.
   *
   * @param x [B, n, C]
   * @param indices int64 [B, k]
   * @return [B, k, C]
   */
  public static Value rows(Value x, Value indices) {
    Value each = Layout.reshape(indices, Shape.batch(indices.dimension(1), 1));
    return x.graph()
        .node(
            "GatherND",
            x.dataType(),
            x.shape().with(1, indices.dimension(1)),
            List.of(x, each),
            Attributes.of("batch_dims", 1L));
  }

  /**
   * Rows of one table for every image.
   *
   * @param table [n, C]
   * @param indices int64 [B, k]
   * @return [B, k, C]
   */
  public static Value tableRows(Value table, Value indices) {
    return table
        .graph()
        .node(
            "Gather",
            table.dataType(),
            Shape.batch(indices.dimension(1), table.dimension(1)),
            List.of(table, indices),
            Attributes.of("axis", 0L));
  }

  /**
   * Single elements by number.
   *
   * @param x [B, n]
   * @param indices int64 [B, k]
   * @return [B, k]
   */
  public static Value elements(Value x, Value indices) {
    return x.graph()
        .node(
            "GatherElements",
            x.dataType(),
            indices.shape(),
            List.of(x, indices),
            Attributes.of("axis", 1L));
  }

  /**
   * x with some elements overwritten.
   *
   * @param x [B, n]
   * @param indices int64 [B, k]
   * @param updates [B, k]
   * @return [B, n]
   */
  public static Value overwritten(Value x, Value indices, Value updates) {
    return x.graph()
        .node(
            "ScatterElements",
            x.dataType(),
            x.shape(),
            List.of(x, indices, updates),
            Attributes.of("axis", 1L));
  }

  /**
   * All but the first element of axis 1.
   *
   * @param size of the axis then
   */
  public static Value withoutFirst(Value x, long size) {
    GraphBuilder graph = x.graph();
    return graph.node(
        "Slice",
        x.dataType(),
        x.shape().with(1, size),
        List.of(x, graph.longs(1), graph.longs(Long.MAX_VALUE), graph.longs(1), graph.longs(1)));
  }

  /**
   * One element before the others on axis 1.
   *
   * @param first [B, 1]
   * @param size of the axis then
   */
  public static Value withFirst(Value first, Value rest, long size) {
    return first
        .graph()
        .node(
            "Concat",
            rest.dataType(),
            rest.shape().with(1, size),
            List.of(first, rest),
            Attributes.of("axis", 1L));
  }
}
