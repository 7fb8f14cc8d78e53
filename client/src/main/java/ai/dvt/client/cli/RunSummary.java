package ai.dvt.client.cli;

import ai.dvt.cascade.Answer;
import ai.dvt.client.call.ModelId;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A run over many pictures in figures.
 *
 * @param right pictures answered with their true label
 * @param labelled pictures with a true label; one without an answer counts as wrong
 * @param failed pictures without an answer
 * @param exitShares fraction of the answers given at each exit
 * @param gflops average spent on an answered picture, 1e9 multiply-adds
 * @param lastExitGflops what the last exit costs, that is, every picture without early exit
 */
record RunSummary(
    ModelId model,
    int pictures,
    int right,
    int labelled,
    int failed,
    List<Double> exitShares,
    double gflops,
    double lastExitGflops) {
  RunSummary {
    exitShares = List.copyOf(exitShares);
  }

  /**
   * The figures of a run.
   *
   * @param exitGflops cumulative cost of each exit
   */
  static RunSummary of(ModelId model, List<Classified> classified, List<Double> exitGflops) {
    List<Answer> answers =
        classified.stream().map(Classified::answer).flatMap(Optional::stream).toList();
    List<Double> shares = new ArrayList<>();
    for (int exit = 1; exit <= exitGflops.size(); exit++) {
      int place = exit;
      long here = answers.stream().filter(a -> a.exit() == place).count();
      shares.add(answers.isEmpty() ? 0 : (double) here / answers.size());
    }
    double gflops = answers.stream().mapToDouble(Answer::gflops).average().orElse(0);
    return new RunSummary(
        model,
        classified.size(),
        (int) classified.stream().filter(c -> c.right().orElse(false)).count(),
        (int) classified.stream().filter(c -> c.truth().isPresent()).count(),
        classified.size() - answers.size(),
        shares,
        gflops,
        exitGflops.get(exitGflops.size() - 1));
  }

  /** Fraction of the labelled pictures answered right; empty without labelled pictures. */
  Optional<Double> accuracy() {
    return labelled == 0 ? Optional.empty() : Optional.of((double) right / labelled);
  }

  /** One line, e.g. {@code accuracy 0.705 (141/200) exits 0.61/0.39 gflops 0.021 vs 0.034}. */
  @Override
  public String toString() {
    String share =
        exitShares.stream()
            .map(s -> BigDecimal.valueOf(s).setScale(2, RoundingMode.HALF_EVEN).toPlainString())
            .collect(Collectors.joining("/"));
    return String.format(
        Locale.ROOT,
        "accuracy %s (%d/%d) exits %s gflops %.3f vs %.3f",
        accuracy().map(a -> String.format(Locale.ROOT, "%.3f", a)).orElse("unknown"),
        right,
        labelled,
        share,
        gflops,
        lastExitGflops);
  }
}
