package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Operators that move elements and compute nothing. */
public final class Layout {
  private Layout() {}

  /**
   * The same elements in another shape; a batch axis stays one, or is multiplied.
   *
   * @param shape as many elements of one image as x
   */
  public static Value reshape(Value x, Shape shape) {
    if (x.shape().equals(shape)) {
      return x;
    }
    if (x.shape().hasBatch() != shape.hasBatch()
        || x.shape().elements() != shape.elements()
        || !x.shape().unknowns().equals(shape.unknowns())) {
      throw new GraphException("Reshape of " + x.name(), shape, "as many elements as " + x.shape());
    }
    long[] target = new long[shape.rank()];
    for (int axis = 0; axis < target.length; axis++) {
      long size = shape.dimension(axis);
      boolean kept = axis < x.shape().rank() && x.dimension(axis) == size;
      target[axis] = size >= 0 ? size : kept ? 0 : -1;
    }
    return x.graph().node("Reshape", x.dataType(), shape, List.of(x, x.graph().longs(target)));
  }

  /** Axis i of the result is axis {@code order[i]} of x. */
  public static Value transpose(Value x, int... order) {
    Set<Integer> axes = new HashSet<>();
    List<Long> shape = new ArrayList<>();
    for (int axis : order) {
      axes.add(axis);
      shape.add(x.dimension(axis));
    }
    if (order.length != x.shape().rank() || axes.size() != order.length) {
      throw new GraphException(
          "Transpose of " + x.name(), Arrays.toString(order), "every axis of " + x.shape());
    }
    return x.graph()
        .node(
            "Transpose",
            x.dataType(),
            new Shape(shape),
            List.of(x),
            Attributes.of("perm", Arrays.stream(order).asLongStream().toArray()));
  }

  /** Joins tensors along one axis; all other axes agree. */
  public static Value concat(int axis, Value... parts) {
    Value first = parts[0];
    int counted = first.shape().axis(axis);
    long size = 0;
    for (Value part : parts) {
      if (part.shape().rank() != first.shape().rank()
          || part.dataType() != first.dataType()
          || part.dimension(counted) < 0
          || !part.shape().with(counted, 0).equals(first.shape().with(counted, 0))) {
        throw new GraphException(
            "Concat on axis " + axis, Arrays.toString(parts), "all other axes alike");
      }
      size += part.dimension(counted);
    }
    return first
        .graph()
        .node(
            "Concat",
            first.dataType(),
            first.shape().with(counted, size),
            Arrays.asList(parts),
            Attributes.of("axis", (long) counted));
  }

  /** Every {@code step}-th element of an axis, from {@code start} to before {@code end}. */
  public static Value slice(Value x, int axis, long start, long end, long step) {
    int counted = x.shape().axis(axis);
    boolean unknown = Shape.isUnknown(x.dimension(counted));
    if (start < 0 || end <= start || !unknown && end > x.dimension(counted) || step < 1) {
      throw new GraphException(
          "Slice of " + x.name() + " on axis " + axis,
          start + " to " + end + " by " + step,
          "a part of " + x.shape());
    }
    GraphBuilder graph = x.graph();
    return graph.node(
        "Slice",
        x.dataType(),
        x.shape().with(counted, (end - start + step - 1) / step),
        List.of(x, graph.longs(start), graph.longs(end), graph.longs(counted), graph.longs(step)));
  }

  /** Elements of an axis from {@code start} to before {@code end}. */
  public static Value slice(Value x, int axis, long start, long end) {
    return slice(x, axis, start, end, 1);
  }

  /** One element of an axis, without that axis. */
  public static Value take(Value x, int axis, long index) {
    int counted = x.shape().axis(axis);
    if (x.dimension(counted) < 0 || index < 0 || index >= x.dimension(counted)) {
      throw new GraphException(
          "Gather of " + x.name() + " on axis " + axis, index, "an index into " + x.shape());
    }
    List<Long> shape = new ArrayList<>(x.shape().dimensions());
    shape.remove(counted);
    Value position = x.graph().constant(Constant.longs("int64_scalar_" + index, Shape.of(), index));
    return x.graph()
        .node(
            "Gather",
            x.dataType(),
            new Shape(shape),
            List.of(x, position),
            Attributes.of("axis", (long) counted));
  }

  /**
   * Elements of an axis picked by number.
   *
   * @param indices int32 or int64 [n]
   * @return the axis has size n
   */
  public static Value gather(Value x, int axis, Value indices) {
    boolean whole = indices.dataType() == DataType.INT64 || indices.dataType() == DataType.INT32;
    if (!whole || indices.shape().rank() != 1) {
      throw new GraphException(
          "indices of Gather of " + x.name(), indices, "an int32 or int64 vector");
    }
    int counted = x.shape().axis(axis);
    return x.graph()
        .node(
            "Gather",
            x.dataType(),
            x.shape().with(counted, indices.dimension(0)),
            List.of(x, indices),
            Attributes.of("axis", (long) counted));
  }

  /** Cuts an axis into parts of these sizes. */
  public static List<Value> split(Value x, int axis, long... sizes) {
    int counted = x.shape().axis(axis);
    if (Arrays.stream(sizes).sum() != x.dimension(counted)) {
      throw new GraphException(
          "Split of " + x.name() + " on axis " + axis,
          Arrays.toString(sizes),
          "sizes that add up to " + x.dimension(counted));
    }
    GraphBuilder graph = x.graph();
    List<Value> parts = new ArrayList<>();
    for (long size : sizes) {
      parts.add(graph.result("Split", x.dataType(), x.shape().with(counted, size)));
    }
    graph.append(
        "", "Split", List.of(x, graph.longs(sizes)), parts, Attributes.of("axis", (long) counted));
    return Collections.unmodifiableList(parts);
  }

  /** Puts zeros around the last two axes. */
  public static Value padWithZeros(
      Value x, int rowsBefore, int rowsAfter, int columnsBefore, int columnsAfter) {
    int rank = x.shape().rank();
    long[] pads = new long[2 * rank];
    pads[rank - 2] = rowsBefore;
    pads[rank - 1] = columnsBefore;
    pads[2 * rank - 2] = rowsAfter;
    pads[2 * rank - 1] = columnsAfter;
    Shape shape =
        x.shape()
            .with(-2, x.dimension(-2) + rowsBefore + rowsAfter)
            .with(-1, x.dimension(-1) + columnsBefore + columnsAfter);
    return x.graph().node("Pad", x.dataType(), shape, List.of(x, x.graph().longs(pads)));
  }
}
