package ai.dvt.exporter.cli;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.architecture.StageGraph;
import ai.dvt.exporter.geometry.ConvolutionStem;
import ai.dvt.exporter.geometry.Front;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning;
import ai.dvt.exporter.geometry.TokensToToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the commands print about cascades and folders. */
final class Reports {
  private Reports() {}

  /** Whether the folder's name is a version: a number. */
  static boolean isVersion(Path folder) {
    return folder.getFileName() != null
        && folder.getFileName().toString().matches("0|[1-9]\\d{0,17}");
  }

  static void stages(CascadeGraphs cascade, PrintWriter out) {
    out.printf(
        "%s, %dx%d pixels, %,d classes%n",
        cascade.architecture(), cascade.imageSize(), cascade.imageSize(), cascade.classes());
    out.println(
        "stage  grid   front               width  depth  heads  eps      GFLOPs  takes over");
    for (StageGraph stage : cascade.stages()) {
      StageGeometry geometry = stage.geometry();
      out.printf(
          "%-5d  %-5s  %-18s  %5d  %5d  %5d  %-7s  %6.4g  %s%n",
          geometry.number(),
          stage.name(),
          front(geometry.front()),
          geometry.width(),
          geometry.depth(),
          geometry.heads(),
          geometry.epsilon(),
          stage.gflops(),
          takes(stage.handover()));
      geometry.pruning().ifPresent(pruning -> out.println("       " + tokens(geometry, pruning)));
    }
  }

  private static String tokens(StageGeometry stage, TokenPruning pruning) {
    if (pruning instanceof TokenPruning.Sampled) {
      return "at most "
          + stage.tokens()
          + " tokens in each layer: pictures decide; GFLOPs are the most that can be";
    }
    return "tokens that leave each layer: "
        + stage.layerTokens().stream()
            .map(layer -> String.valueOf(layer.leaving()))
            .collect(Collectors.joining(" "));
  }

  private static String takes(List<HandoverSpec> handover) {
    return handover.isEmpty()
        ? "-"
        : String.join(", ", handover.stream().map(h -> h.output() + " " + h.shape()).toList());
  }

  private static String front(Front front) {
    if (front instanceof PatchEmbedding patch) {
      return "patch " + patch.kernel() + (patch.padding() > 0 ? " pad " + patch.padding() : "");
    }
    if (front instanceof ConvolutionStem stem) {
      return "stem, patch " + stem.patch();
    }
    TokensToToken t2t = (TokensToToken) front;
    return "t2t "
        + t2t.first().kernel()
        + "/"
        + t2t.first().stride()
        + "/"
        + t2t.first().padding()
        + (t2t.mixer() == TokensToToken.Mixer.PERFORMER ? " perf." : " transf.");
  }

  /** The files of a finished folder. */
  static void written(Path folder, CascadeManifest manifest, PrintWriter out) throws IOException {
    out.println(folder + ": " + manifest.model());
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        out.printf("%,15d  %s%n", Files.size(file), folder.relativize(file));
      }
    }
  }
}
