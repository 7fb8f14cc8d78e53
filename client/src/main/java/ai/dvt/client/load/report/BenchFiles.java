package ai.dvt.client.load.report;

import ai.dvt.client.load.rounds.Comparison.Result;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes what a comparison measured: {@code bench.json}, {@code bench.csv} and plots. */
public final class BenchFiles {
  private BenchFiles() {}

  /**
   * Writes the files, over older ones.
   *
   * @param folder made if missing
   * @param earlier drawn beside in accuracy against throughput
   * @return why there are no plots, where the JDK cannot draw
   */
  public static Optional<String> write(
      Path folder,
      JsonObject json,
      List<Result> results,
      String nameA,
      String nameB,
      List<EarlierBench> earlier)
      throws IOException {
    Files.createDirectories(folder);
    JsonObject named = json.deepCopy();
    named.getAsJsonObject("environment").addProperty("model", nameA);
    if (!nameB.isEmpty()) {
      named.getAsJsonObject("environment").addProperty("against", nameB);
    }
    Files.writeString(folder.resolve("bench.json"), BenchJson.text(named) + "\n");
    Files.writeString(folder.resolve("bench.csv"), BenchCsv.of(results));
    try {
      for (Map.Entry<String, byte[]> plot :
          new BenchPlots(results, nameA, nameB, earlier).all().entrySet()) {
        Files.write(folder.resolve(plot.getKey()), plot.getValue());
      }
    } catch (LinkageError | InternalError e) {
      return Optional.of(
          "plots: " + e + " (expected: fonts; the JDK needs fontconfig and one font to draw)");
    }
    return Optional.empty();
  }
}
