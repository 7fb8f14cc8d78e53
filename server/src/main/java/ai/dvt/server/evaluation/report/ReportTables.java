package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.server.evaluation.replay.Interval;
import ai.dvt.server.evaluation.replay.PointResult;
import ai.dvt.server.evaluation.replay.Reliability;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The report's words and tables, for Markdown and HTML alike. */
final class ReportTables {
  /** Fraction that a cascade may lose against its baseline and still count as equal. */
  private static final double ALLOWED_LOSS = 0.0025;

  private final EvaluationReport report;

  ReportTables(EvaluationReport report) {
    this.report = report;
  }

  /** What matters, a sentence each. */
  List<String> sentences() {
    List<String> sentences = new ArrayList<>();
    for (EqualAccuracyLine line : report.lines()) {
      if (line.rule().equals(EqualAccuracyLine.PLAIN)) {
        sentences.add(sentence(line));
      }
    }
    sentences.addAll(report.notes());
    return sentences;
  }

  private String sentence(EqualAccuracyLine line) {
    OptionalDouble throughput = report.throughputRatio(line);
    boolean kept = line.accuracy() >= line.baselineAccuracy() - ALLOWED_LOSS;
    return format(
        "%s at %s needs %s %s%s: %.2f %% (95 %%: %.2f to %.2f) against %.2f %%"
            + " on the pictures of this report, %s. The point is the cheapest that reached the"
            + " baseline on the calibration's pictures.",
        line.cascade().name(),
        line.point(),
        line.gflopsRatio() >= 1
            ? format("%.2fx fewer GFLOPs than", line.gflopsRatio())
            : format("%.2fx the GFLOPs of", 1 / line.gflopsRatio()),
        line.baseline().name(),
        throughput.isPresent()
            ? format(" and answers %.2fx the pictures a second", throughput.getAsDouble())
            : "",
        100 * line.accuracy(),
        100 * line.interval().low(),
        100 * line.interval().high(),
        100 * line.baselineAccuracy(),
        kept
            ? "not more than 0.25 points below"
            : format(
                "%.2f points below: NOT equal (more than 0.25)",
                100 * (line.baselineAccuracy() - line.accuracy())));
  }

  List<ReportTable> tables() {
    List<ReportTable> tables = new ArrayList<>();
    if (!report.lines().isEmpty()) {
      tables.add(equalAccuracy());
    }
    tables.add(exits());
    report.models().forEach(model -> tables.add(points(model)));
    return tables;
  }

  private ReportTable equalAccuracy() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "cascade",
            "baseline",
            "rule",
            "point",
            "calibration",
            "baseline there",
            "test",
            "95 %",
            "baseline there",
            "difference, 95 % (points)",
            "gap calibration - test",
            "GFLOPs ratio",
            "throughput ratio"));
    for (EqualAccuracyLine line : report.lines()) {
      rows.add(
          List.of(
              line.cascade().name(),
              line.baseline().name(),
              line.rule(),
              line.point(),
              percent(line.calibrationAccuracy()),
              percent(line.baselineCalibrationAccuracy()),
              percent(line.accuracy()),
              percent(line.interval().low()) + " to " + percent(line.interval().high()),
              percent(line.baselineAccuracy()),
              format(
                  "%+.2f (%+.2f to %+.2f)",
                  100 * (line.accuracy() - line.baselineAccuracy()),
                  100 * line.difference().low(),
                  100 * line.difference().high()),
              format("%+.2f", 100 * (line.calibrationAccuracy() - line.accuracy())),
              format("%.2fx", line.gflopsRatio()),
              ratio(report.throughputRatio(line))));
    }
    return new ReportTable(
        "Equal accuracy",
        "Points chosen on the calibration's pictures, tried on the pictures of this report. plain:"
            + " the cheapest whose calibration accuracy is at least the baseline's; default: the"
            + " point that calibrate made the default, by its margin rule unless told otherwise.",
        rows);
  }

  private ReportTable exits() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "model",
            "family",
            "setting",
            "exit",
            "GFLOPs",
            "accuracy",
            "95 %",
            "expected calibration error",
            "pictures"));
    for (RecordedModel model : report.models()) {
      model.settings().forEach(setting -> exits(model, setting, rows));
    }
    return new ReportTable(
        "Exits alone",
        "Every picture answered at this exit. One FLOP is one multiply-add, as in the papers; ±: the"
            + " pictures decide, standard deviation.",
        rows);
  }

  private static void exits(RecordedModel model, RecordedSetting setting, List<List<String>> rows) {
    var records = setting.records();
    for (int exit = 1; exit <= records.exits(); exit++) {
      PointResult alone =
          PointResult.of(records, setting.setting().bind(ExitPolicy.parse("last; stop=" + exit)));
      Interval interval = Interval.wilson(alone.right().cardinality(), records.size());
      rows.add(
          List.of(
              model.name(),
              model.family().name(),
              setting.setting().setting(),
              exit + " (" + setting.setting().stageNames().get(exit - 1) + ")",
              gflops(alone),
              percent(alone.accuracy()),
              percent(interval.low()) + " to " + percent(interval.high()),
              format("%.3f", Reliability.of(records, exit).calibrationError()),
              format("%,d", records.size())
                  + (setting.recording().unreadable().isEmpty()
                      ? ""
                      : format(", %d unreadable", setting.recording().unreadable().size()))));
    }
  }

  private static String gflops(PointResult result) {
    return format("%.4f", result.gflops())
        + (result.deviation().isPresent()
            ? format(" ± %.4f", result.deviation().getAsDouble())
            : "");
  }

  private ReportTable points(RecordedModel model) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("point", "setting", "accuracy", "95 %", "GFLOPs", "exits", "pictures/s", "policy"));
    for (Map.Entry<String, PointResult> entry : report.results(model).entrySet()) {
      PointResult result = entry.getValue();
      Interval interval = Interval.wilson(result.right().cardinality(), result.pictures());
      rows.add(
          List.of(
              entry.getKey(),
              model.settingOf(entry.getKey()).setting().setting(),
              percent(result.accuracy()),
              percent(interval.low()) + " to " + percent(interval.high()),
              gflops(result),
              result.exitShares().stream()
                  .map(share -> format("%.1f %%", 100 * share))
                  .collect(Collectors.joining(", ")),
              report.speed(model, entry.getKey()).isPresent()
                  ? format("%.1f", report.speed(model, entry.getKey()).getAsDouble())
                  : "",
              model.cascade() && !entry.getKey().startsWith(RecordedModel.LAST)
                  ? model.policy(entry.getKey()).thresholds().toString()
                  : "last"));
    }
    return new ReportTable(
        "Operating points of " + model.name(),
        "Replayed from the records. pictures/s: through the server's engine on this machine,"
            + " decoding and resizing included, the network not; median of the rounds.",
        rows);
  }

  private static String percent(double fraction) {
    return format("%.2f %%", 100 * fraction);
  }

  private static String ratio(OptionalDouble ratio) {
    return ratio.isPresent() ? format("%.2fx", ratio.getAsDouble()) : "";
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
