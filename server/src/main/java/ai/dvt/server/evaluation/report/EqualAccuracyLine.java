package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.evaluation.replay.Interval;
import ai.dvt.server.evaluation.replay.PointResult;
import java.util.Comparator;
import java.util.Optional;

/**
 * A cascade's point against a baseline; the point was chosen on the calibration's pictures.
 *
 * @param rule how the point was chosen
 * @param calibrationAccuracy the point's, on the calibration's pictures
 * @param baselineCalibrationAccuracy the baseline's, on the same
 * @param interval 95 %, of the point's accuracy
 * @param difference 95 %, of the accuracy minus the baseline's, picture by picture
 * @param gflopsRatio above 1: the cascade is cheaper
 */
public record EqualAccuracyLine(
    RecordedModel cascade,
    RecordedModel baseline,
    String rule,
    String point,
    double calibrationAccuracy,
    double baselineCalibrationAccuracy,
    double accuracy,
    double baselineAccuracy,
    Interval interval,
    Interval difference,
    double gflopsRatio) {
  /** The cheapest point whose calibration accuracy is at least the baseline's. */
  public static final String PLAIN = "plain";

  /** The calibration's default point. */
  public static final String DEFAULT = "default";

  /** The cheapest operating point that reaches the baseline on the calibration's pictures. */
  public static Optional<EqualAccuracyLine> plain(RecordedModel cascade, RecordedModel baseline) {
    for (String calibration : cascade.first().calibrations().keySet()) {
      Optional<ExitRecords> same = sameSplit(calibration, cascade, baseline);
      if (same.isEmpty()) {
        continue;
      }
      double least = lastAccuracy(same.get());
      Optional<String> cheapest =
          cascade.points(calibration).stream()
              .map(OperatingPoint::name)
              .filter(point -> inCalibration(calibration, cascade, point).accuracy() >= least)
              .min(
                  Comparator.comparingDouble(
                      point -> inCalibration(calibration, cascade, point).gflops()));
      if (cheapest.isPresent()) {
        return Optional.of(of(PLAIN, cascade, baseline, cheapest.get(), calibration, same.get()));
      }
    }
    return Optional.empty();
  }

  /** The default point, if its calibration has the baseline's pictures. */
  static Optional<EqualAccuracyLine> byDefault(RecordedModel cascade, RecordedModel baseline) {
    for (String calibration : cascade.first().calibrations().keySet()) {
      Optional<ExitRecords> same = sameSplit(calibration, cascade, baseline);
      Optional<String> point = cascade.version().calibrations().get(calibration).defaultPoint();
      if (same.isPresent() && point.isPresent()) {
        return Optional.of(of(DEFAULT, cascade, baseline, point.get(), calibration, same.get()));
      }
    }
    return Optional.empty();
  }

  /** Whether the two models were calibrated on the same pictures. */
  static boolean comparable(RecordedModel cascade, RecordedModel baseline) {
    return cascade.first().calibrations().keySet().stream()
        .anyMatch(calibration -> sameSplit(calibration, cascade, baseline).isPresent());
  }

  /** The baseline's records of a calibration, if all settings of the cascade have its pictures. */
  private static Optional<ExitRecords> sameSplit(
      String calibration, RecordedModel cascade, RecordedModel baseline) {
    return Optional.ofNullable(baseline.first().calibrations().get(calibration))
        .filter(
            other ->
                cascade.settings().stream()
                    .map(setting -> setting.calibrations().get(calibration))
                    .allMatch(
                        records ->
                            records != null
                                && records.size() == other.size()
                                && records.sha256s().equals(other.sha256s())));
  }

  private static EqualAccuracyLine of(
      String rule,
      RecordedModel cascade,
      RecordedModel baseline,
      String point,
      String calibration,
      ExitRecords baselineCalibration) {
    PointResult test = PointResult.of(cascade.settingOf(point).records(), cascade.policy(point));
    PointResult other = baseline.first().lastExit();
    return new EqualAccuracyLine(
        cascade,
        baseline,
        rule,
        point,
        inCalibration(calibration, cascade, point).accuracy(),
        lastAccuracy(baselineCalibration),
        test.accuracy(),
        other.accuracy(),
        Interval.wilson(test.right().cardinality(), test.pictures()),
        Interval.paired(test.right(), other.right(), test.pictures()),
        other.gflops() / test.gflops());
  }

  private static PointResult inCalibration(String calibration, RecordedModel model, String point) {
    return PointResult.of(
        model.settingOf(point).calibrations().get(calibration), model.policy(point));
  }

  private static double lastAccuracy(ExitRecords records) {
    int right = 0;
    for (int picture = 0; picture < records.size(); picture++) {
      right += records.correct(picture, records.exits()) ? 1 : 0;
    }
    return (double) right / Math.max(1, records.size());
  }
}
