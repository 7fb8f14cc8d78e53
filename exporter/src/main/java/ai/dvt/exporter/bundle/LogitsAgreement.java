package ai.dvt.exporter.bundle;

import ai.dvt.cascade.npy.NpyArray;

/**
 * How far one exit's logits are from those they should be.
 *
 * @param pictures compared
 * @param sameClass pictures whose largest logit is of the same class
 * @param largestError absolute; infinite if a logit is no number
 * @param meanError absolute, over all pictures and classes
 */
public record LogitsAgreement(int pictures, int sameClass, double largestError, double meanError) {
  /**
   * @param expected float32 [pictures, classes]
   * @param got the same shape
   */
  public static LogitsAgreement of(NpyArray expected, NpyArray got) {
    if (!expected.shape().equals(got.shape()) || expected.shape().size() != 2) {
      throw new BundleException("logits", got.shape(), expected.shape() + ", as the other model's");
    }
    int pictures = expected.shape().get(0);
    int classes = expected.shape().get(1);
    float[] left = expected.toFloats();
    float[] right = got.toFloats();
    double largest = 0;
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      double error = Math.abs((double) left[i] - right[i]);
      error = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
      largest = Math.max(largest, error);
      sum += error;
    }
    int same = 0;
    for (int picture = 0; picture < pictures; picture++) {
      same += best(left, picture, classes) == best(right, picture, classes) ? 1 : 0;
    }
    return new LogitsAgreement(pictures, same, largest, sum / Math.max(1, left.length));
  }

  private static int best(float[] logits, int picture, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      best = logits[picture * classes + c] > logits[picture * classes + best] ? c : best;
    }
    return best;
  }
}
