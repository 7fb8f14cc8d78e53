package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.TokenPruning;
import ai.dvt.exporter.geometry.TokenPruning.Attentive;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokenPruning.Sampled;
import java.util.stream.Collectors;

/** What a manifest says of an architecture that drops tokens. */
final class PruningText {
  private PruningText() {}

  static String of(String architecture, TokenPruning pruning) {
    String at =
        " at layers " + pruning.at().stream().map(String::valueOf).collect(Collectors.joining(","));
    if (pruning instanceof Predicted) {
      return architecture + ", predicted tokens dropped" + at;
    }
    if (pruning instanceof Attentive attentive) {
      return architecture
          + ", least attended tokens "
          + (attentive.fused() ? "fused" : "dropped")
          + at;
    }
    return architecture
        + ", tokens sampled"
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
