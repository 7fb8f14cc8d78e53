package ai.dvt.server.evaluation.report;

import ai.dvt.server.evaluation.replay.PointResult;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The report for programs: {@code {"models": [{name, baseline, points: [{name, accuracy, gflops,
 * imagesPerSecond}]}], "equalAccuracy": [{cascade, baseline, rule, point, accuracy,
 * baselineAccuracy, interval, gflopsRatio, throughputRatio}]}}. Accuracies are fractions; null: not
 * measured.
 */
final class JsonReport {
  private JsonReport() {}

  static String of(EvaluationReport report) {
    JsonArray models = new JsonArray();
    for (RecordedModel model : report.models()) {
      JsonArray points = new JsonArray();
      for (Map.Entry<String, PointResult> entry : report.results(model).entrySet()) {
        JsonObject point = new JsonObject();
        point.addProperty("name", entry.getKey());
        point.addProperty("accuracy", entry.getValue().accuracy());
        point.addProperty("gflops", entry.getValue().gflops());
        add(point, "imagesPerSecond", report.speed(model, entry.getKey()));
        points.add(point);
      }
      JsonObject object = new JsonObject();
      object.addProperty("name", model.name());
      object.addProperty("baseline", model.baseline());
      object.add("points", points);
      models.add(object);
    }
    JsonArray lines = new JsonArray();
    for (EqualAccuracyLine line : report.lines()) {
      lines.add(line(report, line));
    }
    JsonObject all = new JsonObject();
    all.add("models", models);
    all.add("equalAccuracy", lines);
    return new GsonBuilder().serializeNulls().setPrettyPrinting().create().toJson(all) + "\n";
  }

  private static JsonObject line(EvaluationReport report, EqualAccuracyLine line) {
    JsonArray interval = new JsonArray();
    interval.add(line.interval().low());
    interval.add(line.interval().high());
    JsonObject object = new JsonObject();
    object.addProperty("cascade", line.cascade().name());
    object.addProperty("baseline", line.baseline().name());
    object.addProperty("rule", line.rule());
    object.addProperty("point", line.point());
    object.addProperty("accuracy", line.accuracy());
    object.addProperty("baselineAccuracy", line.baselineAccuracy());
    object.add("interval", interval);
    object.addProperty("gflopsRatio", line.gflopsRatio());
    add(object, "throughputRatio", report.throughputRatio(line));
    return object;
  }

  private static void add(JsonObject object, String name, OptionalDouble value) {
    object.add(
        name, value.isPresent() ? new JsonPrimitive(value.getAsDouble()) : JsonNull.INSTANCE);
  }
}
