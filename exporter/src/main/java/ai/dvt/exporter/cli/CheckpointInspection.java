package ai.dvt.exporter.cli;

import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.checkpoint.StateDict;
import ai.dvt.exporter.weights.FamilyGuess;
import ai.dvt.exporter.weights.StageGuess;
import ai.dvt.exporter.weights.Tensor;
import ai.dvt.exporter.weights.Weights;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a checkpoint holds, for people. */
final class CheckpointInspection {
  private CheckpointInspection() {}

  static void print(
      CheckpointFile file,
      StateDict dict,
      ArchitectureChoice architecture,
      boolean tensors,
      PrintWriter out) {
    Weights weights = dict.weights();
    out.printf("%s: %s, %,d bytes%n", file.path(), file.container(), file.size());
    out.printf("sha256       %s%n", file.sha256());
    out.printf(
        "state dicts  %s; shown: %s%n",
        file.stateDicts().wrappers().stream()
            .map(CheckpointInspection::shown)
            .sorted()
            .collect(Collectors.joining(", ")),
        shown(dict.wrapper()));
    if (!file.extras().keys().isEmpty()) {
      out.printf("beside them  %s%n", String.join(", ", file.extras().keys()));
    }
    out.printf(
        "tensors      %,d (%s), %,d numbers%n",
        dict.tensors().size(), types(dict), weights.parameters());
    FamilyGuess guess = FamilyGuess.of(weights);
    out.printf("looks like   %s, reuse: %s%n", guess.family().text(), guess.reuse());
    for (StageGuess stage : guess.stages()) {
      out.printf(
          "  stage %d %s: grid %dx%d, patch %d, width %d, depth %d, heads %s, mlp ratio %.3g,"
              + " %,d classes, %,d parameters%n",
          stage.number(),
          stage.prefix().isEmpty() ? "(no prefix)" : stage.prefix(),
          stage.grid(),
          stage.grid(),
          stage.kernel(),
          stage.width(),
          stage.depth(),
          stage.heads() == 0 ? "unknown" : String.valueOf(stage.heads()),
          stage.mlpRatio(),
          stage.classes(),
          stage.parameters());
    }
    try {
      Reports.stages(architecture.graphs(weights), out);
    } catch (IllegalArgumentException | ai.dvt.exporter.weights.WeightsException e) {
      out.println("as a cascade: " + Failures.line(e));
    }
    if (tensors) {
      for (Tensor tensor : dict.tensors()) {
        out.printf("%-56s %-9s %s%n", tensor.name(), tensor.sourceType(), tensor.shape());
      }
    }
  }

  private static String shown(String wrapper) {
    return wrapper.isEmpty() ? "the file itself" : wrapper;
  }

  private static String types(StateDict dict) {
    Map<String, Long> counts = new TreeMap<>();
    dict.tensors().forEach(t -> counts.merge(t.sourceType().toString(), 1L, Long::sum));
    return counts.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey().toLowerCase(java.util.Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
