package ai.dvt.exporter.verify;

import ai.dvt.exporter.architecture.Architecture;
import ai.dvt.exporter.architecture.ArchitectureOptions;
import ai.dvt.exporter.architecture.ArchitectureOptions.ExtraOutput;
import ai.dvt.exporter.architecture.PruningOptions;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One run of one model of an index of pruned models.
 *
 * @param name the run's tag, and the form of ATS if the run is compared with more than one
 * @param options what no tensor tells
 * @param file the checkpoint
 * @param wrapper key of the state dict in the file
 * @param oneByOne whether each image runs alone, as the expected arrays are named by image
 * @param fused whether numbers below 0 name tokens that EViT fused, else empty places
 * @param scores prefix of the score arrays
 * @param macs of an image; empty where pictures decide
 * @param macsAlone of each image run alone; empty where pictures do not decide
 */
record PrunedCase(
    String name,
    String architecture,
    ArchitectureOptions options,
    String file,
    String wrapper,
    String input,
    String logits,
    String tokens,
    boolean oneByOne,
    boolean fused,
    String scores,
    double logitsTolerance,
    OptionalDouble scoreTolerance,
    OptionalLong macs,
    List<Long> macsAlone) {

  /**
   * The cases of an element of {@code models}.
   *
   * @throws RuntimeException that tells what is missing
   */
  static List<PrunedCase> of(JsonObject model) {
    List<PrunedCase> cases = new ArrayList<>();
    String family = text(model, "family");
    for (JsonElement element : required(model, "runs").getAsJsonArray()) {
      JsonObject run = element.getAsJsonObject();
      if (!family.equals("ats")) {
        cases.add(of(family, model, run, Optional.empty()));
      } else if (required(run, "drop_tokens").getAsBoolean()) {
        cases.add(of(family, model, run, Optional.of(Form.DROP)));
      } else {
        cases.add(of(family, model, run, Optional.of(Form.MASK)));
        cases.add(of(family, model, run, Optional.of(Form.COMPACT)));
      }
    }
    return cases;
  }

  private static PrunedCase of(
      String family, JsonObject model, JsonObject run, Optional<Form> form) {
    JsonObject sizes = required(model, "model").getAsJsonObject();
    JsonObject tolerance = required(run, "tolerance").getAsJsonObject();
    boolean ats = form.isPresent();
    return new PrunedCase(
        text(run, "tag") + form.filter(f -> f == Form.COMPACT).map(f -> ".compact").orElse(""),
        architecture(family),
        options(family, model, sizes, run, form),
        text(model, "checkpoint"),
        model.has("checkpoint_key") ? text(model, "checkpoint_key") : "model",
        text(model, "input"),
        text(run, "logits"),
        text(run, "tokens"),
        ats && required(run, "batch").getAsInt() == 1,
        family.equals("evit"),
        family.equals("evit") ? "cls_attn_" : "score_",
        required(tolerance, "logits_abs").getAsDouble(),
        tolerance.has("first_layer_score_abs")
            ? OptionalDouble.of(tolerance.get("first_layer_score_abs").getAsDouble())
            : OptionalDouble.empty(),
        !ats && run.has("fvcore_flops")
            ? OptionalLong.of(run.get("fvcore_flops").getAsLong())
            : OptionalLong.empty(),
        form.orElse(null) == Form.DROP && run.has("fvcore_flops_per_image_alone")
            ? longs(run.getAsJsonArray("fvcore_flops_per_image_alone"))
            : List.of());
  }

  private static String architecture(String family) {
    return switch (family) {
      case "dyvit" -> "dynamicvit";
      case "lvvit" -> "dynamicvit-lvvit";
      case "evit", "ats" -> family;
      default ->
          throw new IllegalArgumentException(
              "family: " + family + " (expected: dyvit, lvvit, evit or ats)");
    };
  }

  private static ArchitectureOptions options(
      String family, JsonObject model, JsonObject sizes, JsonObject run, Optional<Form> form) {
    PruningOptions pruning =
        new PruningOptions(
            form.isPresent()
                ? Optional.empty()
                : Optional.of(
                    required(run, family.equals("evit") ? "base_keep_rate" : "base_rate")
                        .getAsDouble()),
            switch (family) {
              case "evit" -> integers(required(run, "drop_loc").getAsJsonArray());
              case "ats" -> integers(required(sizes, "ats_blocks").getAsJsonArray());
              default -> integers(required(sizes, "pruning_loc").getAsJsonArray());
            },
            family.equals("evit")
                ? Optional.of(required(run, "fuse_token").getAsBoolean())
                : Optional.empty(),
            form,
            List.of(),
            sizes.has("skip_lam")
                ? Optional.of(sizes.get("skip_lam").getAsDouble())
                : Optional.empty());
    JsonObject epsilon = required(model, "layer_norm_eps").getAsJsonObject();
    return ArchitectureOptions.DEFAULT
        .withImageSize(required(sizes, "img_size").getAsInt())
        .withHeads(required(sizes, "num_heads").getAsInt())
        .withEpsilon(required(epsilon, "blocks").getAsDouble())
        .withExtraOutputs(Set.of(ExtraOutput.KEPT))
        .withPruning(pruning);
  }

  /** Which architecture it is. */
  Architecture named() {
    return Architecture.named(architecture);
  }

  private static List<Integer> integers(JsonArray array) {
    return array.asList().stream().map(JsonElement::getAsInt).toList();
  }

  private static List<Long> longs(JsonArray array) {
    return array.asList().stream().map(JsonElement::getAsLong).toList();
  }

  private static String text(JsonObject json, String key) {
    return required(json, key).getAsString();
  }

  private static JsonElement required(JsonObject json, String key) {
    JsonElement element = json.get(key);
    if (element == null || element.isJsonNull()) {
      throw new IllegalArgumentException("no " + key + " (expected: " + key + ")");
    }
    return element;
  }
}
