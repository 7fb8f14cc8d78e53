package ai.dvt.exporter.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Sizes of a tensor's axes. One axis may be {@link #BATCH}, known only at run time, or a multiple
 * of it; the rest are numbers.
 *
 * @param dimensions outermost first; empty for a scalar; {@code -n} is n times the batch
 */
public record Shape(List<Long> dimensions) {
  /** The size of the batch axis, written {@code batch} in the model. */
  public static final long BATCH = -1;

  /** Sizes from here down are numbered unknowns, see {@link #unknown}. */
  private static final long FIRST_UNKNOWN = -(1L << 40);

  public Shape {
    dimensions = List.copyOf(dimensions);
    long batches = 0;
    for (long dimension : dimensions) {
      batches += isBatch(dimension) ? 1 : 0;
    }
    if (batches > 1) {
      throw new GraphException("shape", dimensions, "at most one batch axis");
    }
  }

  /** A shape of these sizes; {@link #BATCH} is allowed once. */
  public static Shape of(long... dimensions) {
    return new Shape(LongStream.of(dimensions).boxed().toList());
  }

  /** [batch, rest...]. */
  public static Shape batch(long... rest) {
    return new Shape(LongStream.concat(LongStream.of(BATCH), LongStream.of(rest)).boxed().toList());
  }

  /**
   * A size that the data decide, such as how many tokens are kept. Equal numbers stand for equal
   * sizes; each has room for {@link #oneLess}.
   */
  public static long unknown(int number) {
    return FIRST_UNKNOWN - 2L * number;
  }

  /** One less than a size, known or not. */
  public static long oneLess(long dimension) {
    return dimension - 1;
  }

  /** One more than a size, known or not. */
  public static long oneMore(long dimension) {
    return dimension + 1;
  }

  /** Whether the data decide this size. */
  public static boolean isUnknown(long dimension) {
    return dimension <= FIRST_UNKNOWN;
  }

  private static boolean isBatch(long dimension) {
    return dimension < 0 && !isUnknown(dimension);
  }

  /** Whether the data decide the size of an axis. */
  public boolean hasUnknown() {
    return dimensions.stream().anyMatch(Shape::isUnknown);
  }

  public int rank() {
    return dimensions.size();
  }

  /** Size of an axis; a negative axis counts from the end. */
  public long dimension(int axis) {
    return dimensions.get(axis(axis));
  }

  /** The axis counted from the front. */
  public int axis(int axis) {
    int counted = axis < 0 ? axis + rank() : axis;
    if (counted < 0 || counted >= rank()) {
      throw new GraphException("axis", axis, "an axis of " + this);
    }
    return counted;
  }

  /** This shape with another size of one axis. */
  public Shape with(int axis, long size) {
    List<Long> changed = new ArrayList<>(dimensions);
    changed.set(axis(axis), size);
    return new Shape(changed);
  }

  /** Whether one axis is the batch. */
  public boolean hasBatch() {
    return dimensions.stream().anyMatch(Shape::isBatch);
  }

  /** Number of elements, of one image if there is a batch axis; unknown sizes count as 1. */
  public long elements() {
    long elements = 1;
    for (long dimension : dimensions) {
      elements = Math.multiplyExact(elements, isUnknown(dimension) ? 1 : Math.abs(dimension));
    }
    return elements;
  }

  /** The unknown sizes, in order. */
  List<Long> unknowns() {
    return dimensions.stream().filter(Shape::isUnknown).sorted().toList();
  }

  /**
   * The product of all axes, as a dimension: {@code -n} if one of them is the batch.
   *
   * @throws GraphException if a size is unknown
   */
  public long product() {
    if (hasUnknown()) {
      throw new GraphException("product of axes", this, "sizes known before the graph runs");
    }
    return hasBatch() ? -elements() : elements();
  }

  /**
   * The shape of an elementwise result by ONNX's broadcasting rule.
   *
   * @param what the operator, for the message
   */
  public static Shape broadcast(String what, Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    List<Long> result = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      long l = i < rank - left.rank() ? 1 : left.dimension(i - (rank - left.rank()));
      long r = i < rank - right.rank() ? 1 : right.dimension(i - (rank - right.rank()));
      if (l != r && l != 1 && r != 1) {
        throw new GraphException(what, left + " with " + right, "shapes that broadcast");
      }
      result.add(l == 1 ? r : l);
    }
    return new Shape(result);
  }

  /** Sizes as an array, {@link #BATCH} included. */
  public long[] toArray() {
    return dimensions.stream().mapToLong(Long::longValue).toArray();
  }

  /** As {@code [batch, 3, 224, 224]}. */
  @Override
  public String toString() {
    return dimensions.stream().map(Shape::text).collect(Collectors.joining(", ", "[", "]"));
  }

  /** A dimension as it stands in a model: {@code 197}, {@code batch} or {@code 197*batch}. */
  static String text(long dimension) {
    if (dimension >= 0) {
      return Long.toString(dimension);
    }
    if (isUnknown(dimension)) {
      long number = FIRST_UNKNOWN - dimension;
      return "kept_" + number / 2 + (number % 2 == 0 ? "" : "_less_1");
    }
    return dimension == BATCH ? "batch" : -dimension + "*batch";
  }
}
