package ai.dvt.cascade;

/**
 * What one exit said of one image.
 *
 * @param exit number of the exit, from 1
 * @param index the most confident class, from 0
 * @param confidence largest softmax probability
 * @param secondConfidence second largest softmax probability (0 with a single class)
 * @param entropy entropy of the softmax distribution in nats
 */
public record ExitOutcome(
    int exit, int index, float confidence, float secondConfidence, float entropy) {
  public ExitOutcome {
    if (exit < 1) {
      throw new ContractException("exit", exit, ">= 1");
    }
    if (index < 0) {
      throw new ContractException("index", index, ">= 0");
    }
  }

  /**
   * The outcome of an exit's logits.
   *
   * @param exit number of the exit, from 1
   * @param logits float32 [classes]
   */
  public static ExitOutcome ofLogits(int exit, float[] logits) {
    if (logits.length == 0) {
      throw new ContractException("logits", "none", "at least one class");
    }
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    double sum = 0;
    double second = 0;
    double weighted = 0;
    for (int i = 0; i < logits.length; i++) {
      double shifted = (double) logits[i] - logits[best];
      double e = Math.exp(shifted);
      sum += e;
      if (e > 0) {
        weighted += e * shifted;
      }
      if (i != best) {
        second = Math.max(second, e);
      }
    }
    double entropy = Math.max(0, Math.log(sum) - weighted / sum);
    return new ExitOutcome(exit, best, (float) (1 / sum), (float) (second / sum), (float) entropy);
  }
}
