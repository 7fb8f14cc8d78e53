package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.evaluation.recording.EvaluatedModel;
import ai.dvt.server.evaluation.recording.Recording;
import ai.dvt.server.evaluation.replay.PointResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A model after its pass over the pictures.
 *
 * @param name in the report
 * @param calibrations the records that its thresholds were chosen on, by calibration
 */
public record RecordedModel(
    String name, EvaluatedModel model, Recording recording, Map<String, ExitRecords> calibrations) {
  /** The point without early exit. */
  public static final String LAST = "last";

  public RecordedModel {
    calibrations = Map.copyOf(calibrations);
  }

  /** Whether there is nothing to leave early. */
  public boolean baseline() {
    return model.gflops().size() == 1;
  }

  /** The operating points from cheap to dear, then the last exit alone; of a baseline only that. */
  Map<String, PointResult> results() {
    Map<String, PointResult> results = new LinkedHashMap<>();
    if (!baseline()) {
      Map<String, PointResult> unsorted = new LinkedHashMap<>();
      for (OperatingPoint point : model.points()) {
        unsorted.put(point.name(), PointResult.of(recording.records(), policy(point.name())));
      }
      unsorted.entrySet().stream()
          .sorted(
              java.util.Comparator.comparingDouble(
                  (Map.Entry<String, PointResult> entry) -> entry.getValue().gflops()))
          .forEach(entry -> results.put(entry.getKey(), entry.getValue()));
    }
    results.put(LAST, PointResult.of(recording.records(), policy(LAST)));
    return results;
  }

  /** The policy of a point. */
  public BoundPolicy policy(String point) {
    return point.equals(LAST)
        ? model.bind(ExitPolicy.LAST_EXIT)
        : model.bind(ExitPolicy.of(new ExitRule.AtPoint(point)));
  }

  /** The point of requests without a policy, if there is one. */
  Optional<String> defaultPoint() {
    return model.version().calibrations().values().stream()
        .flatMap(calibration -> calibration.defaultPoint().stream())
        .findFirst();
  }

  /** The calibration that a point belongs to and that has records. */
  Optional<ExitRecords> calibrationOf(String point) {
    return model.version().calibrations().entrySet().stream()
        .filter(entry -> entry.getValue().points().stream().anyMatch(p -> p.name().equals(point)))
        .map(entry -> calibrations.get(entry.getKey()))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }
}
