package ai.dvt.exporter.cli;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.bundle.CalibrationFile;
import ai.dvt.exporter.calibration.CalibrationException;
import ai.dvt.exporter.calibration.EarlyAgreement;
import ai.dvt.exporter.calibration.EqualAccuracy;
import ai.dvt.exporter.calibration.ExactSolver;
import ai.dvt.exporter.calibration.ExitOrder;
import ai.dvt.exporter.calibration.ExitTable;
import ai.dvt.exporter.calibration.GeneticSolver;
import ai.dvt.exporter.calibration.QuantileSolver;
import ai.dvt.exporter.calibration.SolvedPoint;
import ai.dvt.exporter.calibration.ThresholdSolver;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt solve}. */
@Command(
    name = "solve",
    description = {
      "Chooses operating points anew from the records of a calibration, without running the model.",
      "The default point is the cheapest that reaches the baseline: by the margin rule, whose paired"
          + " bootstrap bound (95 %%) is at most 0.5 points below it; by the plain rule, whose"
          + " accuracy is at least the baseline's."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class SolveCommand implements Callable<Integer> {
  /** How thresholds are searched. */
  enum Solver {
    GENETIC,
    QUANTILE,
    EXACT
  }

  /** How the default point is chosen. */
  enum Rule {
    MARGIN,
    PLAIN
  }

  private static final int MOST_EXACT_EXITS = 3;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", description = "The model's version folder.")
  private Path folder;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "The calibration; its records are calibrations/NAME.records.npy.")
  private String name;

  @Option(
      names = "--described",
      paramLabel = "TEXT",
      description = "What the pictures are, for people (default: the calibration's name).")
  private String described;

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      description = "genetic (default), quantile or exact (up to three exits).")
  private Solver solver = Solver.GENETIC;

  @Option(
      names = "--criterion",
      paramLabel = "NAME",
      description = "What is compared: confidence (default), entropy or margin.")
  private ExitOrder criterion = ExitOrder.CONFIDENCE;

  @Option(
      names = "--points",
      paramLabel = "N",
      description = "Budgets from the first exit's cost to the last one's (default: 59).")
  private int points = 59;

  @Option(
      names = "--budgets",
      split = ",",
      paramLabel = "GFLOPS",
      description = "Average costs a picture, instead of --points.")
  private List<Double> budgets = List.of();

  @Option(names = "--seed", paramLabel = "N", description = "Of the genetic solver (default: 1).")
  private long seed = 1;

  @Option(
      names = "--baseline",
      paramLabel = "FOLDER",
      description =
          "Version folder of a model calibrated under the same name on the same pictures (default:"
              + " the model's own last exit).")
  private Path baseline;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description = "How the default point is chosen: margin (default) or plain.")
  private Rule rule = Rule.MARGIN;

  @Override
  public Integer call() throws IOException, CalibrationException {
    PrintWriter out = spec.commandLine().getOut();
    CascadeManifest manifest =
        Manifests.fromJson(Files.readString(folder.resolve("manifest.json")));
    ExitRecords records = records(folder);
    ExitTable table = ExitTable.of(records, manifest.variants().get(0).gflops(), criterion, seed);
    List<Double> wanted = budgets.isEmpty() ? ThresholdSolver.spread(table, points) : budgets;
    long start = System.nanoTime();
    List<SolvedPoint> solved = solver(solver, seed).solve(table, wanted);
    double seconds = (System.nanoTime() - start) / 1e9;

    CalibrationFile file = CalibrationFile.of(folder, name);
    SolvedTable named = SolvedTable.of(solved, file.takenNames(), name);
    EqualAccuracy equal =
        new EqualAccuracy(table, records, baseline == null ? records : records(baseline));
    Optional<SolvedPoint> byMargin = equal.withMargin(named.points(), EqualAccuracy.Margin.DEFAULT);
    Optional<SolvedPoint> byPlain = equal.plain(named.points());
    Optional<String> chosen = (rule == Rule.MARGIN ? byMargin : byPlain).map(named::name);

    List<OperatingPoint> operating = new ArrayList<>();
    for (Map.Entry<String, SolvedPoint> entry : named.byName().entrySet()) {
      OperatingPoint point = entry.getValue().named(entry.getKey(), Optional.empty(), criterion);
      operating.add(point.withAgreement(EarlyAgreement.of(records, point.thresholds())));
    }
    Path written = file.write(new Calibration(description(records.size()), operating, chosen));
    SolvedTable.print(operating, chosen.orElse(""), out);
    out.printf(
        "%s: %,d pictures, %d budgets, %d different points, %.2f s%n",
        lower(solver), records.size(), wanted.size(), operating.size(), seconds);
    compareWithExact(table, wanted, solved, out);
    rule(named, equal, byMargin, "margin", out);
    rule(named, equal, byPlain, "plain", out);
    out.println(
        "wrote "
            + written
            + chosen
                .map(p -> ", default point " + p)
                .orElse(", no default point: the last exit answers requests without a policy"));
    return 0;
  }

  private ExitRecords records(Path version) throws IOException {
    return ExitRecordsFile.read(version.resolve("calibrations").resolve(name + ".records.npy"));
  }

  private static ThresholdSolver solver(Solver solver, long seed) {
    return switch (solver) {
      case GENETIC -> new GeneticSolver(seed);
      case QUANTILE -> new QuantileSolver();
      case EXACT -> new ExactSolver();
    };
  }

  private String description(int pictures) {
    return String.format(
        Locale.ROOT,
        "%,d pictures of %s; %s solver, seed %d; default point by the %s rule against %s",
        pictures,
        described == null ? name : described,
        lower(solver),
        seed,
        lower(rule),
        baselineName());
  }

  private String baselineName() {
    if (baseline == null) {
      return "the model's last exit";
    }
    Path path = baseline.toAbsolutePath().normalize();
    return path.getParent().getFileName() + "/" + path.getFileName();
  }

  private void compareWithExact(
      ExitTable table, List<Double> wanted, List<SolvedPoint> solved, PrintWriter out)
      throws CalibrationException {
    if (solver == Solver.EXACT || table.exits() > MOST_EXACT_EXITS || table.exits() < 2) {
      return;
    }
    List<SolvedPoint> exact = new ExactSolver().solve(table, wanted);
    double sum = 0;
    double most = 0;
    for (int i = 0; i < exact.size(); i++) {
      double gap = exact.get(i).accuracy() - solved.get(i).accuracy();
      sum += gap;
      most = Math.max(most, gap);
    }
    out.printf(
        "%s is on average %.3f and at most %.3f points of accuracy below exact at these budgets%n",
        lower(solver), 100 * sum / exact.size(), 100 * most);
  }

  private void rule(
      SolvedTable named,
      EqualAccuracy equal,
      Optional<SolvedPoint> point,
      String ruleName,
      PrintWriter out) {
    out.printf(
        "%s rule against %s (%.2f%%): %s%n",
        ruleName,
        baselineName(),
        100 * equal.baselineAccuracy(),
        point
            .map(
                p ->
                    String.format(
                        Locale.ROOT,
                        "%s, %.2f%%, bound %+.2f points",
                        named.name(p),
                        100 * p.accuracy(),
                        100 * equal.lowerBound(p, EqualAccuracy.Margin.DEFAULT)))
            .orElse("no point reaches it"));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
