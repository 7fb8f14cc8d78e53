package ai.dvt.exporter.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a tensor's elements lie in its storage; all counts are elements. Proven to stay inside the
 * storage.
 *
 * @param offset first element
 * @param shape outermost first
 * @param strides one per dimension, none negative
 */
record Layout(long offset, List<Integer> shape, List<Long> strides) {
  private static final int MAX_RANK = 16;
  private static final int MAX_COUNT = Integer.MAX_VALUE - 8;

  /** A tensor may repeat elements (stride 0), but not make a large one of a small file. */
  private static final long MAX_REPEATED = 1 << 20;

  Layout {
    shape = List.copyOf(shape);
    strides = List.copyOf(strides);
  }

  /** The strides of a dense row-major tensor; wrong sizes give some strides, and fail later. */
  static List<Long> rowMajorStrides(List<Long> sizes) {
    List<Long> strides = new ArrayList<>();
    long stride = 1;
    for (int i = sizes.size() - 1; i >= 0; i--) {
      strides.add(0, Math.max(0, stride));
      stride *= Math.max(1, sizes.get(i));
    }
    return strides;
  }

  /**
   * Checks what a file says about a view.
   *
   * @param storageCount elements in the storage
   * @throws IllegalArgumentException whose message is the rule that is broken
   */
  static Layout checked(long offset, List<Long> sizes, List<Long> strides, long storageCount) {
    if (sizes.size() != strides.size() || sizes.size() > MAX_RANK) {
      throw new IllegalArgumentException(
          sizes.size()
              + " sizes and "
              + strides.size()
              + " strides (expected: equally many, at most "
              + MAX_RANK
              + ")");
    }
    long count = 1;
    long last = offset;
    try {
      for (int i = 0; i < sizes.size(); i++) {
        long size = sizes.get(i);
        long stride = strides.get(i);
        if (size < 0 || size > Integer.MAX_VALUE || stride < 0) {
          throw new IllegalArgumentException(
              "sizes "
                  + sizes
                  + ", strides "
                  + strides
                  + " (expected: none negative, sizes under 2^31)");
        }
        count = Math.multiplyExact(count, size);
        last = Math.addExact(last, Math.multiplyExact(Math.max(0, size - 1), stride));
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "sizes " + sizes + ", strides " + strides + " (expected: a size below 2^63)", e);
    }
    if (offset < 0 || offset > storageCount || (count > 0 && last >= storageCount)) {
      throw new IllegalArgumentException(
          "elements "
              + offset
              + " to "
              + last
              + " (expected: inside its storage of "
              + storageCount
              + " elements)");
    }
    if (count > MAX_COUNT) {
      throw new IllegalArgumentException(count + " elements (expected: under 2^31)");
    }
    if (count > Math.max(storageCount, MAX_REPEATED)) {
      throw new IllegalArgumentException(
          count
              + " elements in shape "
              + sizes
              + " (expected: at most the "
              + storageCount
              + " of its storage)");
    }
    return new Layout(offset, sizes.stream().map(Long::intValue).toList(), strides);
  }

  /** Product of the shape. */
  int count() {
    int count = 1;
    for (int size : shape) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  /** True if the elements lie one behind the other in row-major order. */
  boolean isDense() {
    long expected = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      if (shape.get(i) != 1 && strides.get(i) != expected) {
        return false;
      }
      expected *= shape.get(i);
    }
    return true;
  }
}
