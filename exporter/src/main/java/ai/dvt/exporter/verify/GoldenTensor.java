package ai.dvt.exporter.verify;

import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.exporter.architecture.ArchitectureOptions.ExtraOutput;
import ai.dvt.exporter.architecture.StageGraph;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tensor that the index expects.
 *
 * @param name in the index, e.g. {@code relations2}, {@code logits}, {@code logits_of_state_dict}
 * @param kind logits, tokens or relations
 * @param exit from 1; 0 for the last
 * @param wrapper key of the state dict it belongs to
 */
record GoldenTensor(String name, String kind, int exit, String wrapper) {
  private static final String LOGITS = "logits";
  private static final Pattern NAME = Pattern.compile("(logits|tokens|relations)([1-9]\\d?)?");
  private static final String OF_ALTERNATIVE = "logits_of_";

  /** What the name means in the case; empty if nothing. */
  static Optional<GoldenTensor> named(String name, GoldenCase golden) {
    if (name.startsWith(OF_ALTERNATIVE)) {
      String wrapper = name.substring(OF_ALTERNATIVE.length());
      return golden
          .alternative()
          .filter(wrapper::equals)
          .map(key -> new GoldenTensor(name, LOGITS, 0, key));
    }
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(
            new GoldenTensor(
                name,
                matcher.group(1),
                matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2)),
                golden.wrapper()))
        : Optional.empty();
  }

  /** The tensor among the outputs of all stages, if they have it. */
  Optional<NpyArray> in(List<Map<String, NpyArray>> outputs) {
    int stage = exit == 0 ? outputs.size() : exit;
    String output =
        switch (kind) {
          case LOGITS -> StageGraph.LOGITS;
          case "tokens" -> StageGraph.TOKENS;
          default -> StageGraph.RELATIONS;
        };
    return stage > outputs.size()
        ? Optional.empty()
        : Optional.ofNullable(outputs.get(stage - 1).get(output));
  }

  /** What makes a stage put the tensor out. */
  Optional<ExtraOutput> extraOutput() {
    return switch (kind) {
      case LOGITS -> Optional.empty();
      case "tokens" -> Optional.of(ExtraOutput.TOKENS);
      default -> Optional.of(ExtraOutput.RELATIONS);
    };
  }

  /** By exit, e.g. {@code relations_exit2}, else by kind. */
  OptionalDouble tolerance(Map<String, Double> tolerances) {
    Double tolerance = tolerances.getOrDefault(kind + "_exit" + exit, tolerances.get(kind));
    return tolerance == null ? OptionalDouble.empty() : OptionalDouble.of(tolerance);
  }

  /** Whether the file may hold fewer pictures than the input. */
  boolean leadingPictures(OptionalInt relationsImages) {
    return kind.equals("relations") && relationsImages.isPresent();
  }

  /**
   * @throws VerifyException if the file holds another number of pictures than the index says
   */
  void checkPictures(NpyArray expected, OptionalInt relationsImages) throws VerifyException {
    if (leadingPictures(relationsImages)
        && !expected.shape().isEmpty()
        && expected.shape().get(0) != relationsImages.getAsInt()) {
      throw new VerifyException(
          "pictures of " + name,
          expected.shape().get(0),
          relationsImages.getAsInt() + ", as relations_images says");
    }
  }
}
