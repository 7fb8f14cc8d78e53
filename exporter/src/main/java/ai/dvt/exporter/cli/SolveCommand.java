package ai.dvt.exporter.cli;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.bundle.CalibrationFile;
import ai.dvt.exporter.calibration.CalibrationException;
import ai.dvt.exporter.calibration.Candidate;
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
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt solve}. */
@Command(
    name = "solve",
    description = {
      "Chooses operating points anew from the records of a calibration, without running the model."
          + " Of a model with settings the points of all settings that no other one beats.",
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

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", description = "The model's version folder.")
  private Path folder;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description =
          "The calibration; its records are calibrations/NAME.records.npy, of a model with settings"
              + " calibrations/NAME@SETTING.records.npy.")
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
    List<SettingRecords> settings = SettingRecords.read(folder, manifest, name, criterion, seed);
    checkBudgets(settings);
    List<Candidate> solved = new ArrayList<>();
    ExactGap gap = new ExactGap();
    int wanted = 0;
    long nanos = 0;
    for (SettingRecords setting : settings) {
      ExitTable table = setting.table();
      List<Double> within = budgets(table, settings.size() > 1);
      long start = System.nanoTime();
      List<SolvedPoint> points = solver(solver, seed).solve(table, within);
      nanos += System.nanoTime() - start;
      wanted += within.size();
      if (solver != Solver.EXACT) {
        gap.add(table, within, points);
      }
      points.forEach(point -> solved.add(new Candidate(setting.setting(), table, point)));
    }

    CalibrationFile file = CalibrationFile.of(folder, name);
    SolvedTable named =
        SolvedTable.of(
            settings.size() == 1 ? solved : Candidate.notDominated(solved),
            file.takenNames(),
            name);
    ExitRecords records = settings.get(0).records();
    EqualAccuracy equal =
        new EqualAccuracy(records, baseline == null ? records : baselineRecords());
    Optional<Candidate> byMargin = equal.withMargin(named.points(), EqualAccuracy.Margin.DEFAULT);
    Optional<Candidate> byPlain = equal.plain(named.points());
    Optional<String> chosen = (rule == Rule.MARGIN ? byMargin : byPlain).map(named::name);

    List<OperatingPoint> operating = operating(named, settings);
    Path written = file.write(new Calibration(description(records.size()), operating, chosen));
    SolvedTable.print(operating, chosen.orElse(""), out);
    out.printf(
        "%s: %,d pictures, %d budgets, %d different points, %.2f s%n",
        lower(solver), records.size(), wanted, operating.size(), nanos / 1e9);
    gap.print(lower(solver), out);
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

  /** Refuses budgets that no setting can keep, or all can. */
  private void checkBudgets(List<SettingRecords> settings) {
    for (double budget : budgets) {
      if (settings.size() > 1 && settings.stream().noneMatch(s -> holds(s.table(), budget))) {
        throw new ContractException(
            "budget",
            budget + " GFLOPs",
            settings.stream()
                    .map(s -> s.setting() + " " + s.table().costRange())
                    .collect(Collectors.joining(", "))
                + ", the costs of the first and the last exit");
      }
    }
  }

  private static boolean holds(ExitTable table, double budget) {
    return budget >= table.costRange().get(0) && budget <= table.costRange().get(1);
  }

  /** Of several settings, each solves the budgets that are within its exits' costs. */
  private List<Double> budgets(ExitTable table, boolean several) throws CalibrationException {
    if (budgets.isEmpty()) {
      return ThresholdSolver.spread(table, points);
    }
    return several ? budgets.stream().filter(budget -> holds(table, budget)).toList() : budgets;
  }

  private List<OperatingPoint> operating(SolvedTable named, List<SettingRecords> settings)
      throws CalibrationException {
    List<OperatingPoint> operating = new ArrayList<>();
    for (Map.Entry<String, Candidate> entry : named.byName().entrySet()) {
      Candidate candidate = entry.getValue();
      OperatingPoint point =
          candidate
              .point()
              .named(
                  entry.getKey(),
                  Optional.of(candidate.setting()).filter(setting -> !setting.isEmpty()),
                  criterion);
      ExitRecords records =
          settings.stream()
              .filter(setting -> setting.setting().equals(candidate.setting()))
              .findFirst()
              .orElseThrow()
              .records();
      operating.add(point.withAgreement(EarlyAgreement.of(records, point.thresholds())));
    }
    return operating;
  }

  /** Those of the baseline's first setting. */
  private ExitRecords baselineRecords() throws IOException {
    CascadeManifest manifest =
        Manifests.fromJson(Files.readString(baseline.resolve("manifest.json")));
    return ExitRecordsFile.read(ExitRecordsFile.in(baseline, name, manifest.settings().get(0)));
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

  private void rule(
      SolvedTable named,
      EqualAccuracy equal,
      Optional<Candidate> point,
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
