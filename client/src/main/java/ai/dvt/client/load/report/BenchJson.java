package ai.dvt.client.load.report;

import ai.dvt.client.load.figures.DeadlineCounts;
import ai.dvt.client.load.figures.MedianInterval;
import ai.dvt.client.load.figures.Parts;
import ai.dvt.client.load.figures.SideFigures;
import ai.dvt.client.load.rounds.Comparison.Result;
import ai.dvt.client.load.rounds.Environment;
import ai.dvt.client.load.rounds.Setting;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The document of {@code bench --json}. The figures at its top are those of the last setting; a
 * sweep has all of them once more, each with its setting.
 */
public final class BenchJson {
  private BenchJson() {}

  /**
   * Fields without a value are null, {@code joulesPerImage} is absent without a counter.
   *
   * @param energyCounters names of those that {@code joulesPerImage} adds up
   */
  public static JsonObject of(
      List<Result> results,
      Environment a,
      Optional<Environment> b,
      List<String> energyCounters,
      Extras extras) {
    JsonObject report = figures(results.get(results.size() - 1), extras);
    JsonObject environment = new JsonObject();
    environment.addProperty("modelSha256", a.modelSha256());
    environment.add(
        "againstSha256",
        b.<JsonElement>map(e -> new JsonPrimitive(e.modelSha256())).orElse(JsonNull.INSTANCE));
    environment.addProperty("provider", a.provider());
    environment.addProperty("threads", a.threads());
    environment.addProperty("runtimeVersion", a.runtimeVersion());
    environment.addProperty("commit", a.commit());
    if (!energyCounters.isEmpty()) {
      JsonArray counters = new JsonArray();
      energyCounters.forEach(counters::add);
      environment.add("energyCounters", counters);
    }
    report.add("environment", environment);
    if (results.size() > 1) {
      JsonArray sweep = new JsonArray();
      for (Result result : results) {
        JsonObject entry = new JsonObject();
        entry.add("setting", setting(result.setting()));
        figures(result, extras).asMap().forEach(entry::add);
        sweep.add(entry);
      }
      report.add("sweep", sweep);
    }
    return report;
  }

  /** As text, with nulls. */
  public static String text(JsonObject report) {
    return new GsonBuilder()
        .serializeNulls()
        .setPrettyPrinting()
        .disableHtmlEscaping()
        .create()
        .toJson(report);
  }

  private static JsonObject figures(Result result, Extras extras) {
    JsonObject figures = new JsonObject();
    figures.add(
        "throughputRatio",
        result.ratio().<JsonElement>map(BenchJson::ratio).orElse(JsonNull.INSTANCE));
    boolean open = result.setting().arrivals().isPresent();
    figures.add("a", side(result.a(), open, extras));
    figures.add(
        "b", result.b().<JsonElement>map(b -> side(b, open, extras)).orElse(JsonNull.INSTANCE));
    return figures;
  }

  private static JsonObject ratio(MedianInterval ratio) {
    JsonObject object = new JsonObject();
    object.addProperty("median", ratio.median());
    object.addProperty("lo", ratio.lo());
    object.addProperty("hi", ratio.hi());
    object.addProperty("rounds", ratio.values());
    return object;
  }

  private static JsonObject side(SideFigures side, boolean open, Extras extras) {
    JsonObject object = new JsonObject();
    object.addProperty("imagesPerSecond", side.imagesPerSecond());
    if (open) {
      object.addProperty("goodput", side.goodput());
    }
    object.add("p50Millis", number(side.p50Millis()));
    object.add("p99Millis", number(side.p99Millis()));
    object.add("accuracy", number(side.accuracy()));
    JsonArray shares = new JsonArray();
    side.exitShares().forEach(shares::add);
    object.add("exitShares", shares);
    object.addProperty("errors", side.errorCount());
    JsonArray replies = new JsonArray();
    side.repliesPerClient().forEach(replies::add);
    object.add("repliesPerClient", replies);
    object.add("cpuSecondsPerImage", number(side.cpuSecondsPerImage()));
    side.joulesPerImage().ifPresent(joules -> object.addProperty("joulesPerImage", joules));
    if (extras.deadlines()) {
      object.add("deadline", deadlines(side.deadlines()));
    }
    if (extras.parts()) {
      object.add("parts", parts(side.parts()));
    }
    return object;
  }

  private static JsonObject deadlines(DeadlineCounts counts) {
    JsonObject object = new JsonObject();
    object.addProperty("answers", counts.answers());
    object.add("inTime", number(counts.inTime()));
    object.addProperty("refused", counts.refused());
    object.addProperty("late", counts.late());
    return object;
  }

  private static JsonObject parts(Parts parts) {
    JsonObject object = new JsonObject();
    object.add("stagesP50Millis", number(Parts.medianMillis(parts.stages())));
    object.add("queuesP50Millis", number(Parts.medianMillis(parts.queues())));
    object.add("besideP50Millis", number(Parts.medianMillis(parts.beside())));
    return object;
  }

  private static JsonObject setting(Setting setting) {
    JsonObject object = new JsonObject();
    setting.concurrency().ifPresent(c -> object.addProperty("concurrency", c));
    setting.arrivalsName().ifPresent(name -> object.addProperty("arrivals", name));
    setting.rate().ifPresent(rate -> object.addProperty("rate", rate));
    setting.point().ifPresent(point -> object.addProperty("point", point));
    return object;
  }

  private static JsonElement number(OptionalDouble value) {
    return value.isPresent() ? new JsonPrimitive(value.getAsDouble()) : JsonNull.INSTANCE;
  }
}
