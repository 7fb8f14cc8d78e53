package ai.dvt.exporter.onnx;

import java.util.ArrayList;
import java.util.List;

/** Matrix products and convolutions. */
public final class Products {
  private Products() {}

  /**
   * Matrix product over the last two axes; the axes before them broadcast.
   *
   * @param left [..., m, k]
   * @param right [..., k, n]
   * @return [..., m, n]
   */
  public static Value matMul(Value left, Value right) {
    String what = "MatMul of " + left.name();
    if (left.shape().rank() < 2
        || right.shape().rank() < 2
        || left.dimension(-1) != right.dimension(-2)) {
      throw new GraphException(
          what, left.shape() + " x " + right.shape(), "[..., m, k] x [..., k, n]");
    }
    Shape outer = Shape.broadcast(what, outer(left.shape(), 2), outer(right.shape(), 2));
    List<Long> shape = new ArrayList<>(outer.dimensions());
    shape.add(left.dimension(-2));
    shape.add(right.dimension(-1));
    return left.graph()
        .node(
            "MatMul",
            Elementwise.sameType(what, left, right),
            new Shape(shape),
            List.of(left, right));
  }

  /**
   * Product with a matrix, plus a bias, over all rows at once.
   *
   * @param x [..., k]
   * @param weight [k, n]
   * @param bias [n]
   * @return [..., n]
   */
  public static Value gemm(Value x, Value weight, Value bias) {
    String what = "Gemm of " + x.name();
    if (weight.shape().rank() != 2
        || x.shape().rank() < 1
        || x.dimension(-1) != weight.dimension(0)
        || !bias.shape().equals(Shape.of(weight.dimension(1)))) {
      throw new GraphException(
          what,
          x.shape() + " x " + weight.shape() + " + " + bias.shape(),
          "[..., k] x [k, n] + [n]");
    }
    Value rows = Layout.reshape(x, Shape.of(outer(x.shape(), 1).product(), x.dimension(-1)));
    Value product =
        x.graph()
            .node(
                "Gemm",
                Elementwise.sameType(what, x, weight),
                Shape.of(rows.dimension(0), weight.dimension(1)),
                List.of(rows, weight, bias));
    return Layout.reshape(product, x.shape().with(-1, weight.dimension(1)));
  }

  /**
   * Two-dimensional convolution with zero padding on all sides.
   *
   * @param x [batch, in, height, width]
   * @param weight [out, in / groups, kernel, kernel]
   * @param bias [out], or null
   * @param groups of channels that keep to themselves
   * @return [batch, out, (height + 2 padding - kernel) / stride + 1, ...]
   */
  public static Value conv(Value x, Value weight, Value bias, int stride, int padding, int groups) {
    if (x.shape().rank() != 4
        || weight.shape().rank() != 4
        || groups < 1
        || x.dimension(1) != weight.dimension(1) * groups
        || weight.dimension(0) % groups != 0) {
      throw new GraphException(
          "Conv of " + x.name(),
          x.shape() + " with " + weight.shape(),
          "[batch, in, height, width] with [out, in / " + groups + ", kernel, kernel]");
    }
    if (bias != null && !bias.shape().equals(Shape.of(weight.dimension(0)))) {
      throw new GraphException(
          "bias of Conv of " + x.name(), bias.shape(), "[" + weight.dimension(0) + "]");
    }
    long height = windows(x, 2, weight.dimension(2), stride, padding);
    long width = windows(x, 3, weight.dimension(3), stride, padding);
    return x.graph()
        .node(
            "Conv",
            Elementwise.sameType("Conv of " + x.name(), x, weight),
            Shape.of(x.dimension(0), weight.dimension(0), height, width),
            bias == null ? List.of(x, weight) : List.of(x, weight, bias),
            Attributes.of("kernel_shape", weight.dimension(2), weight.dimension(3)),
            Attributes.of("strides", stride, stride),
            Attributes.of("group", (long) groups),
            Attributes.of("pads", padding, padding, padding, padding));
  }

  private static long windows(Value x, int axis, long kernel, int stride, int padding) {
    long room = x.dimension(axis) + 2L * padding - kernel;
    if (room < 0 || stride < 1 || padding < 0) {
      throw new GraphException(
          "Conv of " + x.name(),
          "kernel " + kernel + ", stride " + stride + ", padding " + padding,
          "a window that fits " + x.shape());
    }
    return room / stride + 1;
  }

  private static Shape outer(Shape shape, int inner) {
    return new Shape(shape.dimensions().subList(0, shape.rank() - inner));
  }
}
