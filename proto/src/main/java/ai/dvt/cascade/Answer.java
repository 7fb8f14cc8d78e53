package ai.dvt.cascade;

import java.util.List;

/**
 * What the cascade says of one image.
 *
 * @param labels most confident first
 * @param exit number of the answering exit, from 1
 * @param gflops spent on the image, 1e9 multiply-adds
 * @param exits what each exit passed said, the answering one last
 */
public record Answer(
    List<Label> labels, int exit, ExitReason reason, double gflops, List<ExitPassed> exits) {
  public Answer {
    labels = List.copyOf(labels);
    exits = List.copyOf(exits);
    if (labels.isEmpty()) {
      throw new ContractException("labels", "none", "at least one");
    }
    if (exits.isEmpty() || exits.get(exits.size() - 1).outcome().exit() != exit) {
      throw new ContractException("exit", exit, "the last of the exits passed");
    }
  }

  /** The most confident label. */
  public Label best() {
    return labels.get(0);
  }
}
