package ai.dvt.client.load.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How accurate and how fast models were in an earlier {@code bench --output}, to be drawn beside.
 *
 * @param byModel images a second and accuracy (%) of every setting of its sweep
 */
public record EarlierBench(Map<String, List<double[]>> byModel) {
  /**
   * Reads a folder's {@code bench.json}.
   *
   * @throws IllegalArgumentException if there is none, or it is of no model
   */
  public static EarlierBench read(Path folder) throws IOException {
    Path file = folder.resolve("bench.json");
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "--beside: " + folder + " (expected: a folder that bench --output wrote)");
    }
    try {
      JsonObject report = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      JsonObject environment = report.getAsJsonObject("environment");
      JsonArray sweep = new JsonArray();
      if (report.has("sweep")) {
        sweep = report.getAsJsonArray("sweep");
      } else {
        sweep.add(report);
      }
      Map<String, List<double[]>> byModel = new LinkedHashMap<>();
      for (String[] side : new String[][] {{"a", "model"}, {"b", "against"}}) {
        List<double[]> dots = new ArrayList<>();
        for (JsonElement entry : sweep) {
          JsonElement figures = entry.getAsJsonObject().get(side[0]);
          if (figures.isJsonObject() && !figures.getAsJsonObject().get("accuracy").isJsonNull()) {
            dots.add(
                new double[] {
                  figures.getAsJsonObject().get("imagesPerSecond").getAsDouble(),
                  100 * figures.getAsJsonObject().get("accuracy").getAsDouble()
                });
          }
        }
        if (!dots.isEmpty()) {
          byModel.put(environment.get(side[1]).getAsString(), dots);
        }
      }
      return new EarlierBench(byModel);
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new IllegalArgumentException(
          "--beside: " + file + " (expected: a bench.json with the models' names)", e);
    }
  }
}
