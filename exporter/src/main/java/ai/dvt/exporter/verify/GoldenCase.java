package ai.dvt.exporter.verify;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One case of the index: a checkpoint, what it does not say of itself, and what must come out.
 *
 * @param cascade whether it is a DVT, else a plain backbone
 * @param architecture sizes by the index's names, e.g. {@code num_heads}
 * @param stages empty for a plain backbone
 * @param wrapper key of the state dict in the file, empty for the file itself
 * @param alternative key of a second state dict in the file
 * @param expected files by tensor, e.g. {@code relations2}
 * @param relationsImages number of leading pictures whose relations are stored
 * @param thresholds file with a copy of the checkpoint's dynamic_threshold
 * @param gflops of every exit, cumulative; may be empty
 * @param tolerance largest absolute error by kind of tensor
 * @param resizeThrough of every hand-over; empty: the architecture's
 */
record GoldenCase(
    String name,
    boolean cascade,
    Map<String, String> architecture,
    Optional<Boolean> featureReuse,
    Optional<Boolean> relationReuse,
    List<Stage> stages,
    String file,
    String wrapper,
    Optional<String> alternative,
    String input,
    Map<String, String> expected,
    OptionalInt relationsImages,
    Optional<String> thresholds,
    List<Double> gflops,
    Map<String, Double> tolerance,
    List<Integer> resizeThrough) {

  /**
   * @param prefix of its tensors in the file
   * @param softSplit whether the three sizes are a soft split's, else a patch's
   */
  record Stage(String prefix, int grid, boolean softSplit, int kernel, int stride, int padding) {}

  /** Reads an element of the index; fails with a RuntimeException that tells what is missing. */
  static GoldenCase of(JsonObject json) {
    JsonObject checkpoint = required(json, "checkpoint").getAsJsonObject();
    Map<String, String> architecture = new LinkedHashMap<>();
    required(json, "arch")
        .getAsJsonObject()
        .entrySet()
        .forEach(e -> architecture.put(e.getKey(), e.getValue().getAsString()));
    Map<String, String> expected = new LinkedHashMap<>();
    required(json, "expected")
        .getAsJsonObject()
        .entrySet()
        .forEach(e -> expected.put(e.getKey(), e.getValue().getAsString()));
    Map<String, Double> tolerance = new LinkedHashMap<>();
    required(json, "tolerance")
        .getAsJsonObject()
        .entrySet()
        .forEach(e -> tolerance.put(e.getKey(), e.getValue().getAsDouble()));
    return new GoldenCase(
        required(json, "name").getAsString(),
        required(json, "kind").getAsString().equals("dvt"),
        architecture,
        optional(json, "feature_reuse").map(JsonElement::getAsBoolean),
        optional(json, "relation_reuse").map(JsonElement::getAsBoolean),
        stages(json),
        required(checkpoint, "file").getAsString(),
        optional(checkpoint, "state_dict").map(JsonElement::getAsString).orElse(""),
        optional(checkpoint, "alternative").map(JsonElement::getAsString),
        required(json, "input").getAsString(),
        expected,
        optional(json, "relations_images")
            .map(images -> OptionalInt.of(images.getAsInt()))
            .orElse(OptionalInt.empty()),
        optional(json, "threshold").map(JsonElement::getAsString),
        list(json, "gflops_cumulative_fvcore").stream().map(JsonElement::getAsDouble).toList(),
        tolerance,
        list(json, "resize_through").stream().map(JsonElement::getAsInt).toList());
  }

  private static List<Stage> stages(JsonObject json) {
    List<Stage> stages = new ArrayList<>();
    for (JsonElement element : list(json, "stages")) {
      JsonObject stage = element.getAsJsonObject();
      boolean softSplit = stage.has("soft_split");
      JsonObject sizes = required(stage, softSplit ? "soft_split" : "patch").getAsJsonObject();
      stages.add(
          new Stage(
              required(stage, "prefix").getAsString(),
              required(stage, "grid").getAsInt(),
              softSplit,
              required(sizes, "kernel").getAsInt(),
              required(sizes, "stride").getAsInt(),
              required(sizes, "padding").getAsInt()));
    }
    return stages;
  }

  private static List<JsonElement> list(JsonObject json, String key) {
    return optional(json, key).map(e -> e.getAsJsonArray().asList()).orElse(List.of());
  }

  private static Optional<JsonElement> optional(JsonObject json, String key) {
    return Optional.ofNullable(json.get(key)).filter(e -> !e.isJsonNull());
  }

  private static JsonElement required(JsonObject json, String key) {
    return optional(json, key)
        .orElseThrow(() -> new IllegalArgumentException("no " + key + " (expected: " + key + ")"));
  }
}
