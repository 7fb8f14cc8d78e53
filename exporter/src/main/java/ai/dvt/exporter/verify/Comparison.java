package ai.dvt.exporter.verify;

import ai.dvt.cascade.npy.NpyArray;
import java.util.List;
import java.util.OptionalDouble;

/** Compares a tensor with what it should be. */
final class Comparison {
  private Comparison() {}

  /**
   * @param leading whether {@code expected} may hold only the first pictures
   * @return the row; not passed if shapes differ or a value is no number
   */
  static ComparedTensor compare(
      String caseName,
      String flavour,
      String tensor,
      NpyArray got,
      NpyArray expected,
      double tolerance,
      boolean leading) {
    if (!fits(got.shape(), expected.shape(), leading)) {
      return ComparedTensor.notCompared(
          caseName,
          flavour,
          tensor,
          "shape " + got.shape() + " (expected: " + expected.shape() + ")");
    }
    double error = maxAbsError(got.toFloats(), expected.toFloats());
    // Written so that NaN fails.
    boolean passed = error <= tolerance;
    return new ComparedTensor(
        caseName,
        flavour,
        tensor,
        expected.shape(),
        OptionalDouble.of(error),
        OptionalDouble.of(tolerance),
        passed,
        passed ? "" : "error above the tolerance");
  }

  private static boolean fits(List<Integer> got, List<Integer> expected, boolean leading) {
    if (got.size() != expected.size() || expected.isEmpty()) {
      return false;
    }
    boolean pictures =
        leading ? expected.get(0) >= 1 && expected.get(0) <= got.get(0) : got.equals(expected);
    return pictures && got.subList(1, got.size()).equals(expected.subList(1, got.size()));
  }

  /** Over the elements of {@code expected}; NaN if any difference is. */
  static double maxAbsError(float[] got, float[] expected) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs((double) got[i] - expected[i]);
      if (!(error <= largest)) {
        if (Double.isNaN(error)) {
          return error;
        }
        largest = error;
      }
    }
    return largest;
  }
}
