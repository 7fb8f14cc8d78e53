package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import java.util.List;

/** Operators that fold an axis. */
public final class Reductions {
  private Reductions() {}

  /** Sum over one axis, which stays with size 1. */
  public static Value sum(Value x, int axis) {
    int counted = x.shape().axis(axis);
    return x.graph()
        .node(
            "ReduceSum",
            x.dataType(),
            x.shape().with(counted, 1),
            List.of(x, x.graph().longs(counted)),
            Attributes.of("keepdims", 1L));
  }

  /** Mean over one axis, which stays with size 1. */
  public static Value mean(Value x, int axis) {
    int counted = x.shape().axis(axis);
    return x.graph()
        .node(
            "ReduceMean",
            x.dataType(),
            x.shape().with(counted, 1),
            List.of(Elementwise.floating("ReduceMean", x)),
            Attributes.of("axes", new long[] {counted}),
            Attributes.of("keepdims", 1L));
  }

  /** Largest element of one axis, which stays with size 1. */
  public static Value max(Value x, int axis) {
    return extreme("ReduceMax", x, axis);
  }

  /** Smallest element of one axis, which stays with size 1. */
  public static Value min(Value x, int axis) {
    return extreme("ReduceMin", x, axis);
  }

  private static Value extreme(String operator, Value x, int axis) {
    int counted = x.shape().axis(axis);
    return x.graph()
        .node(
            operator,
            x.dataType(),
            x.shape().with(counted, 1),
            List.of(x),
            Attributes.of("axes", new long[] {counted}),
            Attributes.of("keepdims", 1L));
  }

  /** Running sum along one axis. */
  public static Value cumulativeSum(Value x, int axis) {
    GraphBuilder graph = x.graph();
    Value along =
        graph.constant(
            Constant.longs("axis_" + x.shape().axis(axis), Shape.of(), x.shape().axis(axis)));
    return graph.node("CumSum", x.dataType(), x.shape(), List.of(x, along));
  }

  /** Index of the smallest element of an axis, the first of equals; the axis goes; int64. */
  public static Value argMin(Value x, int axis) {
    int counted = x.shape().axis(axis);
    List<Long> shape = new java.util.ArrayList<>(x.shape().dimensions());
    shape.remove(counted);
    return x.graph()
        .node(
            "ArgMin",
            DataType.INT64,
            new Shape(shape),
            List.of(x),
            Attributes.of("axis", (long) counted),
            Attributes.of("keepdims", 0L));
  }

  /** Index of the largest element of an axis, which stays with size 1; int64. */
  public static Value argMax(Value x, int axis) {
    int counted = x.shape().axis(axis);
    return x.graph()
        .node(
            "ArgMax",
            DataType.INT64,
            x.shape().with(counted, 1),
            List.of(x),
            Attributes.of("axis", (long) counted),
            Attributes.of("keepdims", 1L));
  }

  /** exp(x) divided by its sum over one axis. */
  public static Value softmax(Value x, int axis) {
    return x.graph()
        .node(
            "Softmax",
            x.dataType(),
            x.shape(),
            List.of(Elementwise.floating("Softmax", x)),
            Attributes.of("axis", (long) x.shape().axis(axis)));
  }
}
