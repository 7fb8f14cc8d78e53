package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.evaluation.replay.Interval;
import ai.dvt.server.evaluation.replay.PointResult;
import java.util.Comparator;
import java.util.Map;
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
    for (Map.Entry<String, ExitRecords> calibration : cascade.calibrations().entrySet()) {
      Optional<ExitRecords> same =
          sameSplit(calibration.getKey(), calibration.getValue(), baseline);
      if (same.isEmpty()) {
        continue;
      }
      double least = lastAccuracy(same.get());
      Optional<String> cheapest =
          cascade.model().version().calibrations().get(calibration.getKey()).points().stream()
              .map(point -> point.name())
              .filter(point -> on(calibration.getValue(), cascade, point).accuracy() >= least)
              .min(
                  Comparator.comparingDouble(
                      point -> on(calibration.getValue(), cascade, point).gflops()));
      if (cheapest.isPresent()) {
        return Optional.of(
            of(PLAIN, cascade, baseline, cheapest.get(), calibration.getValue(), same.get()));
      }
    }
    return Optional.empty();
  }

  /** The default point, if its calibration has the baseline's pictures. */
  static Optional<EqualAccuracyLine> byDefault(RecordedModel cascade, RecordedModel baseline) {
    for (Map.Entry<String, ExitRecords> calibration : cascade.calibrations().entrySet()) {
      Optional<ExitRecords> same =
          sameSplit(calibration.getKey(), calibration.getValue(), baseline);
      Optional<String> point =
          cascade.model().version().calibrations().get(calibration.getKey()).defaultPoint();
      if (same.isPresent() && point.isPresent()) {
        return Optional.of(
            of(DEFAULT, cascade, baseline, point.get(), calibration.getValue(), same.get()));
      }
    }
    return Optional.empty();
  }

  /** Whether the two models were calibrated on the same pictures. */
  static boolean comparable(RecordedModel cascade, RecordedModel baseline) {
    return cascade.calibrations().entrySet().stream()
        .anyMatch(entry -> sameSplit(entry.getKey(), entry.getValue(), baseline).isPresent());
  }

  private static Optional<ExitRecords> sameSplit(
      String calibration, ExitRecords records, RecordedModel baseline) {
    return Optional.ofNullable(baseline.calibrations().get(calibration))
        .filter(other -> other.size() == records.size())
        .filter(other -> other.sha256s().equals(records.sha256s()));
  }

  private static EqualAccuracyLine of(
      String rule,
      RecordedModel cascade,
      RecordedModel baseline,
      String point,
      ExitRecords calibration,
      ExitRecords baselineCalibration) {
    PointResult test = on(cascade.recording().records(), cascade, point);
    PointResult other = on(baseline.recording().records(), baseline, RecordedModel.LAST);
    return new EqualAccuracyLine(
        cascade,
        baseline,
        rule,
        point,
        on(calibration, cascade, point).accuracy(),
        lastAccuracy(baselineCalibration),
        test.accuracy(),
        other.accuracy(),
        Interval.wilson(test.right().cardinality(), test.pictures()),
        Interval.paired(test.right(), other.right(), test.pictures()),
        other.gflops() / test.gflops());
  }

  private static PointResult on(ExitRecords records, RecordedModel model, String point) {
    return PointResult.of(records, model.policy(point));
  }

  private static double lastAccuracy(ExitRecords records) {
    int right = 0;
    for (int picture = 0; picture < records.size(); picture++) {
      right += records.correct(picture, records.exits()) ? 1 : 0;
    }
    return (double) right / Math.max(1, records.size());
  }
}
