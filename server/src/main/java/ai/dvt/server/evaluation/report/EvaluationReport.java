package ai.dvt.server.evaluation.report;

import ai.dvt.server.evaluation.replay.PointResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that a report says.
 *
 * @param data the pictures, for people
 * @param lines equal accuracy by both rules
 * @param notes what is missing, and why
 * @param speeds pictures a second by model name and point, where measured
 */
public record EvaluationReport(
    String data,
    List<RecordedModel> models,
    List<EqualAccuracyLine> lines,
    List<String> notes,
    Map<String, Map<String, Double>> speeds) {
  private static final int MOST_MEASURED = 6;

  public EvaluationReport {
    models = List.copyOf(models);
    lines = List.copyOf(lines);
    notes = List.copyOf(notes);
  }

  /** Chooses the points of equal accuracy; nothing is measured yet. */
  public static EvaluationReport of(String data, List<RecordedModel> models) {
    List<EqualAccuracyLine> lines = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (RecordedModel cascade : models) {
      for (RecordedModel baseline : models) {
        if (!cascade.baseline() && baseline.baseline()) {
          Optional<EqualAccuracyLine> plain = EqualAccuracyLine.plain(cascade, baseline);
          plain.ifPresent(lines::add);
          EqualAccuracyLine.byDefault(cascade, baseline).ifPresent(lines::add);
          if (plain.isEmpty()) {
            notes.add(missing(cascade, baseline));
          }
        }
      }
    }
    if (models.stream().noneMatch(RecordedModel::baseline)) {
      notes.add(
          "No model without early exits and dropped tokens was given, so there is no baseline to"
              + " compare with.");
    }
    return new EvaluationReport(data, models, lines, notes, Map.of());
  }

  private static String missing(RecordedModel cascade, RecordedModel baseline) {
    return EqualAccuracyLine.comparable(cascade, baseline)
        ? "No operating point of %s reaches %s on the calibration's pictures."
            .formatted(cascade.name(), baseline.name())
        : "%s and %s were not calibrated on the same pictures under the same name, so no point of equal accuracy can be chosen (dvt calibrate both)."
            .formatted(cascade.name(), baseline.name());
  }

  /** The same with speeds. */
  public EvaluationReport measured(Map<String, Map<String, Double>> pointSpeeds) {
    return new EvaluationReport(data, models, lines, notes, Map.copyOf(pointSpeeds));
  }

  /** Pictures a second of a point, where measured. */
  OptionalDouble speed(RecordedModel model, String point) {
    Double speed = speeds.getOrDefault(model.name(), Map.of()).get(model.shown(point));
    return speed == null ? OptionalDouble.empty() : OptionalDouble.of(speed);
  }

  /** Above 1: the cascade is faster; empty where not measured. */
  OptionalDouble throughputRatio(EqualAccuracyLine line) {
    OptionalDouble own = speed(line.cascade(), line.point());
    OptionalDouble other = speed(line.baseline(), RecordedModel.LAST);
    return own.isPresent() && other.isPresent()
        ? OptionalDouble.of(own.getAsDouble() / other.getAsDouble())
        : OptionalDouble.empty();
  }

  /**
   * The points worth a measurement: those of equal accuracy, the default, the last exit, the
   * cheapest, and others spread over the costs between; at most six.
   */
  public List<String> pointsToMeasure(RecordedModel model) {
    List<String> all = List.copyOf(model.results().keySet());
    Map<String, Boolean> chosen = new LinkedHashMap<>();
    chosen.put(model.lastPoint(model.first()), true);
    lines.stream()
        .filter(line -> line.cascade().name().equals(model.name()))
        .sorted(
            java.util.Comparator.comparing(line -> !line.rule().equals(EqualAccuracyLine.PLAIN)))
        .forEach(line -> chosen.put(model.shown(line.point()), true));
    model.defaultPoint().ifPresent(point -> chosen.put(model.shown(point), true));
    chosen.put(all.get(0), true);
    for (int parts = 2; parts <= MOST_MEASURED && chosen.size() < MOST_MEASURED; parts++) {
      for (int part = 1; part < parts && chosen.size() < MOST_MEASURED; part++) {
        chosen.put(all.get(part * (all.size() - 1) / parts), true);
      }
    }
    return chosen.keySet().stream().limit(MOST_MEASURED).toList();
  }

  /** Results of a model's points, from cheap to dear. */
  Map<String, PointResult> results(RecordedModel model) {
    return model.results();
  }
}
