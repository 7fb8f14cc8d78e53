package ai.dvt.client.call;

/**
 * Compute that pictures share: after every exit what is left goes to the least confident, and the
 * total is never exceeded.
 *
 * @param pictures of the call or stream, at most
 * @param totalGflops of all of them together, 1e9 multiply-adds
 */
public record PictureBudget(int pictures, double totalGflops) {
  public PictureBudget {
    if (pictures < 1) {
      throw new IllegalArgumentException("pictures: " + pictures + " (expected: >= 1)");
    }
    if (!(totalGflops > 0 && totalGflops < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("totalGflops: " + totalGflops + " (expected: > 0)");
    }
  }
}
