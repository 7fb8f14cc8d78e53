package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning;
import ai.dvt.exporter.geometry.TokenPruning.Attentive;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokenPruning.Sampled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a manifest says of an architecture, and of stages in it that drop tokens. */
final class PruningText {
  private PruningText() {}

  /** The architecture's name, then once each way in which stages drop tokens. */
  static String of(String architecture, List<StageGeometry> stages) {
    Map<String, List<String>> ways = new LinkedHashMap<>();
    for (StageGeometry stage : stages) {
      stage
          .pruning()
          .map(PruningText::of)
          .ifPresent(
              way ->
                  ways.computeIfAbsent(way, any -> new ArrayList<>())
                      .add(String.valueOf(stage.number())));
    }
    StringBuilder text = new StringBuilder(architecture);
    ways.forEach(
        (way, numbers) -> {
          text.append(", ").append(way);
          if (stages.size() > 1) {
            text.append(numbers.size() > 1 ? " of stages " : " of stage ")
                .append(String.join(",", numbers));
          }
        });
    return text.toString();
  }

  private static String of(TokenPruning pruning) {
    String at =
        " at layers " + pruning.at().stream().map(String::valueOf).collect(Collectors.joining(","));
    if (pruning instanceof Predicted) {
      return "predicted tokens dropped" + at;
    }
    if (pruning instanceof Attentive attentive) {
      return "least attended tokens " + (attentive.fused() ? "fused" : "dropped") + at;
    }
    return "tokens sampled"
        + at
        + switch (((Sampled) pruning).form()) {
          case MASK -> ", kept in place";
          case COMPACT -> ", compact";
          case DROP ->
              ", dropped as by the authors: an image's answer depends on the others of its batch;"
                  + " for comparison only";
        };
  }
}
