package ai.dvt.server.cli;

import ai.dvt.server.evaluation.EvaluationException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is handed on to the solver, checked as far as it can be before the pictures are run. */
final class SolverOptions {
  /** How thresholds are searched. */
  enum Solver {
    genetic,
    quantile,
    exact
  }

  /** What is compared with a threshold. */
  enum Criterion {
    confidence,
    entropy,
    margin
  }

  /** How the default point is chosen. */
  enum Rule {
    margin,
    plain
  }

  private static final int MOST_EXACT_EXITS = 3;

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Solver solver = Solver.genetic;

  @Option(
      names = "--criterion",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Criterion criterion = Criterion.confidence;

  @Option(
      names = "--points",
      paramLabel = "N",
      description =
          "Budgets from the first exit's cost to the last one's (default: ${DEFAULT-VALUE}).")
  private int points = 59;

  @Option(
      names = "--budgets",
      split = ",",
      paramLabel = "GFLOPS",
      description = "Average costs a picture, instead of --points.")
  private List<Double> budgets = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the genetic solver (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description =
          "How the default point is chosen. margin (default): the cheapest whose paired bootstrap"
              + " bound (95 %%) is at most 0.5 points below the baseline; plain: the cheapest whose"
              + " accuracy is at least the baseline's.")
  private Rule rule = Rule.margin;

  /**
   * @param settings cumulative cost of each exit, 1e9 multiply-adds, for each setting
   */
  void check(List<List<Double>> settings) throws EvaluationException {
    int exits = settings.get(0).size();
    double lowest = settings.stream().mapToDouble(costs -> costs.get(0)).min().orElseThrow();
    double highest =
        settings.stream().mapToDouble(costs -> costs.get(exits - 1)).max().orElseThrow();
    for (double budget : budgets) {
      if (!(budget >= lowest && budget <= highest)) {
        throw new EvaluationException(
            "--budgets",
            budget + " GFLOPs",
            lowest + " to " + highest + ", the costs of the first and the last exit");
      }
    }
    if (points < 1) {
      throw new EvaluationException("--points", points, ">= 1");
    }
    if (solver == Solver.exact && exits > MOST_EXACT_EXITS) {
      throw new EvaluationException(
          "--solver", "exact for " + exits + " exits", "genetic or quantile beyond 3");
    }
  }

  List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--solver", solver.name(),
                "--criterion", criterion.name(),
                "--seed", Long.toString(seed),
                "--rule", rule.name()));
    if (budgets.isEmpty()) {
      arguments.addAll(List.of("--points", Integer.toString(points)));
    } else {
      arguments.addAll(
          List.of("--budgets", String.join(",", budgets.stream().map(String::valueOf).toList())));
    }
    return arguments;
  }
}
