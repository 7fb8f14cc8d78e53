package ai.dvt.server.evaluation.plan;

import ai.dvt.server.engine.load.LoadLevel;
import ai.dvt.server.engine.load.LoadPlan;
import ai.dvt.server.engine.load.RunTimeTable;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A plan in words and as JSON. */
public final class PlanTable {
  private PlanTable() {}

  /** One line a level. */
  public static List<String> lines(ModelPlan model) {
    List<String> lines = new ArrayList<>();
    lines.add(
        model.name()
            + ": "
            + model.plan().workers()
            + " workers, objective "
            + millis(model.plan().objective()));
    lines.add(
        "  %-6s %-14s %-10s %14s %9s %8s  %-12s %-18s %s"
            .formatted(
                "level",
                "point",
                model.times().size() > 1 ? "setting" : "",
                "up to images/s",
                "accuracy",
                "GFLOPs",
                "batches",
                "delays",
                "latency"));
    int number = 0;
    for (LoadLevel level : model.plan().levels()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-6d %-14s %-10s %14.1f %9s %8.3f  %-12s %-18s %s",
              number++,
              level.point().name(),
              level.point().setting(),
              level.imagesPerSecond(),
              accuracy(level),
              level.point().gflops(),
              level.batchSizes().stream().map(String::valueOf).collect(Collectors.joining(",")),
              level.queueDelays().stream().map(PlanTable::millis).collect(Collectors.joining(",")),
              millis(level.latency())));
    }
    return lines;
  }

  /** What the cascade still does where the baseline can no more. */
  public static String comparison(ModelPlan model, ModelPlan baseline) {
    double end = baseline.plan().peak();
    LoadPlan plan = model.plan();
    String first =
        String.format(
            Locale.ROOT, "%s would collapse beyond %.1f images/s; ", baseline.name(), end);
    if (end > plan.peak()) {
      return first
          + String.format(Locale.ROOT, "%s carries less, %.1f images/s", model.name(), plan.peak());
    }
    LoadLevel there = plan.levels().get(plan.levelFor(end));
    return first
        + String.format(
            Locale.ROOT,
            "there %s answers at %s (accuracy %s) and carries up to %.1f images/s, %.2f times as"
                + " many",
            model.name(),
            there.point().name(),
            accuracy(there),
            plan.peak(),
            plan.peak() / end);
  }

  /** Everything, with the measured times. */
  public static JsonObject json(ModelPlan model, Optional<ModelPlan> baseline) {
    JsonObject json = json(model);
    baseline.ifPresent(other -> json.add("baseline", json(other)));
    return json;
  }

  private static JsonObject json(ModelPlan model) {
    JsonObject json = new JsonObject();
    json.addProperty("model", model.name());
    json.addProperty("workers", model.plan().workers());
    json.addProperty("objectiveMillis", model.plan().objective().toNanos() / 1e6);
    JsonArray levels = new JsonArray();
    for (LoadLevel level : model.plan().levels()) {
      JsonObject one = new JsonObject();
      one.addProperty("point", level.point().name());
      if (!level.point().setting().isEmpty()) {
        one.addProperty("setting", level.point().setting());
      }
      one.addProperty("imagesPerSecond", level.imagesPerSecond());
      one.addProperty("capacity", level.capacity());
      level.point().accuracy().ifPresent(value -> one.addProperty("accuracy", value));
      one.addProperty("gflops", level.point().gflops());
      JsonArray batches = new JsonArray();
      level.batchSizes().forEach(batches::add);
      one.add("batchSizes", batches);
      JsonArray delays = new JsonArray();
      level.queueDelays().forEach(delay -> delays.add(delay.toNanos() / 1e6));
      one.add("queueDelaysMillis", delays);
      one.addProperty("latencyMillis", level.latency().toNanos() / 1e6);
      levels.add(one);
    }
    json.add("levels", levels);
    JsonArray times = new JsonArray();
    model.times().forEach((setting, table) -> times.addAll(runTimes(setting, table)));
    json.add("runTimes", times);
    return json;
  }

  private static JsonArray runTimes(String setting, RunTimeTable table) {
    JsonArray times = new JsonArray();
    for (int stage = 1; stage <= table.nanos().size(); stage++) {
      for (int size : table.sizes()) {
        JsonObject one = new JsonObject();
        if (!setting.isEmpty()) {
          one.addProperty("setting", setting);
        }
        one.addProperty("stage", stage);
        one.addProperty("rows", size);
        one.addProperty("millis", table.expectedNanos(stage, size) / 1e6);
        times.add(one);
      }
    }
    return times;
  }

  private static String accuracy(LoadLevel level) {
    return level.point().accuracy().isPresent()
        ? String.format(Locale.ROOT, "%.2f %%", 100 * level.point().accuracy().getAsDouble())
        : "unknown";
  }

  private static String millis(Duration time) {
    return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
  }
}
