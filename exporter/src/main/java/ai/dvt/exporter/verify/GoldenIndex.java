package ai.dvt.exporter.verify;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code index.json} of a folder of golden cases. A case that does not read does not hide the
 * others.
 *
 * @param folder of the index, and root of every file it names
 * @param cases in its order
 * @param otherSections top-level parts with files of their own that are not cases
 */
record GoldenIndex(Path folder, List<Entry> cases, List<String> otherSections) {
  private static final String FILE = "index.json";
  private static final String PRUNED = "models";
  private static final int MAX_BYTES = 64 << 20;

  /**
   * A case, or why it does not read.
   *
   * @param name as well as it can be told
   * @param read a cascade or plain backbone, if it is one
   * @param pruned a model that drops tokens, if it is one
   */
  record Entry(
      String name, Optional<GoldenCase> read, Optional<PrunedCase> pruned, String problem) {}

  /**
   * @throws VerifyException if there is no index, or none of this form
   */
  static GoldenIndex read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new VerifyException(
          file.toString(), "absent", "an index.json of the form of fixtures/dvt");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new VerifyException(
          file.toString(), Files.size(file) + " bytes", "at most " + MAX_BYTES);
    }
    JsonObject index;
    try (Reader reader = Files.newBufferedReader(file)) {
      JsonElement root = JsonParser.parseReader(reader);
      if (!root.isJsonObject()
          || !root.getAsJsonObject().has("cases") && !root.getAsJsonObject().has(PRUNED)) {
        throw new VerifyException(
            file.toString(),
            "no cases",
            "an object with a list \"cases\", or \"models\" that drop tokens");
      }
      index = root.getAsJsonObject();
    } catch (JsonParseException e) {
      throw new VerifyException(file.toString(), e);
    }
    if (index.has(PRUNED) && index.get(PRUNED).isJsonArray()) {
      return new GoldenIndex(folder, models(index.getAsJsonArray(PRUNED)), others(index));
    }
    if (!index.has("cases") || !index.get("cases").isJsonArray()) {
      throw new VerifyException(file.toString(), "cases is no list", "a list \"cases\"");
    }
    return new GoldenIndex(folder, cases(index.getAsJsonArray("cases")), others(index));
  }

  private static List<Entry> cases(JsonArray array) {
    List<Entry> cases = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      JsonElement element = array.get(i);
      String name = "case " + (i + 1);
      try {
        JsonObject object = element.getAsJsonObject();
        name = object.get("name").getAsString();
        cases.add(new Entry(name, Optional.of(GoldenCase.of(object)), Optional.empty(), ""));
      } catch (RuntimeException e) {
        cases.add(unread(name, e));
      }
    }
    return cases;
  }

  private static List<Entry> models(JsonArray array) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      String name = "model " + (i + 1);
      try {
        JsonObject object = array.get(i).getAsJsonObject();
        name = object.get("name").getAsString();
        for (PrunedCase each : PrunedCase.of(object)) {
          entries.add(new Entry(each.name(), Optional.empty(), Optional.of(each), ""));
        }
      } catch (RuntimeException e) {
        entries.add(unread(name, e));
      }
    }
    return entries;
  }

  private static Entry unread(String name, RuntimeException e) {
    return new Entry(name, Optional.empty(), Optional.empty(), "does not read: " + e.getMessage());
  }

  private static List<String> others(JsonObject index) {
    List<String> others = new ArrayList<>();
    for (String section : List.of("sweep", "preprocess")) {
      if (index.has(section)) {
        others.add(section);
      }
    }
    return others;
  }
}
