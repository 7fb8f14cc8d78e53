package ai.dvt.exporter.weights;

import java.util.List;
import java.util.function.Supplier;

/**
 * One named tensor of a checkpoint. Holds no numbers: {@link #values()} decodes them each time from
 * wherever they lie, so that a whole checkpoint never stands in the heap.
 */
public final class Tensor {
  private final String name;
  private final List<Integer> shape;
  private final ElementType sourceType;
  private final int count;
  private final Supplier<float[]> source;

  private Tensor(
      String name, List<Integer> shape, ElementType sourceType, Supplier<float[]> source) {
    this.name = name;
    this.shape = List.copyOf(shape);
    this.sourceType = sourceType;
    this.count = countOf(name, this.shape);
    this.source = source;
  }

  /**
   * A tensor whose numbers are decoded on demand.
   *
   * @param source makes a fresh row-major copy of {@code product(shape)} numbers at each call
   * @throws WeightsException if a dimension is negative or the shape has 2^31 elements or more
   */
  public static Tensor onDemand(
      String name, List<Integer> shape, ElementType sourceType, Supplier<float[]> source) {
    return new Tensor(name, shape, sourceType, source);
  }

  /**
   * A tensor in memory (tests, or values the exporter makes itself).
   *
   * @param values row-major, copied
   */
  public static Tensor of(String name, List<Integer> shape, float... values) {
    float[] kept = values.clone();
    Tensor tensor = new Tensor(name, shape, ElementType.FLOAT32, kept::clone);
    if (kept.length != tensor.count) {
      throw new WeightsException(
          name
              + ": "
              + kept.length
              + " values (expected: "
              + tensor.count
              + " for shape "
              + shape
              + ")");
    }
    return tensor;
  }

  /** The name as it stands in the checkpoint, without a leading {@code module.}. */
  public String name() {
    return name;
  }

  /** Dimensions, outermost first; empty for a scalar. */
  public List<Integer> shape() {
    return shape;
  }

  /** Dimension {@code axis}; negative axes count from the end. */
  public int dim(int axis) {
    return shape.get(axis < 0 ? shape.size() + axis : axis);
  }

  /** How the numbers are stored; {@link #values()} widens or narrows them to float32. */
  public ElementType sourceType() {
    return sourceType;
  }

  /** Number of elements, the product of the shape. */
  public int count() {
    return count;
  }

  /** A fresh row-major float32 copy, {@link #count()} long; decoded anew at each call. */
  public float[] values() {
    return source.get();
  }

  /** The same tensor whose reads go through {@code seen}, which may not change the array. */
  Tensor observed(java.util.function.Consumer<float[]> seen) {
    return new Tensor(
        name,
        shape,
        sourceType,
        () -> {
          float[] values = source.get();
          seen.accept(values);
          return values;
        });
  }

  private static int countOf(String name, List<Integer> shape) {
    long count = 1;
    for (int dimension : shape) {
      if (dimension < 0) {
        throw new WeightsException(
            name + ": shape " + shape + " (expected: no negative dimension)");
      }
      count *= dimension;
      if (count > Integer.MAX_VALUE - 8) {
        throw new WeightsException(name + ": shape " + shape + " (expected: under 2^31 elements)");
      }
    }
    return (int) count;
  }

  @Override
  public String toString() {
    return name + " " + sourceType + " " + shape;
  }
}
