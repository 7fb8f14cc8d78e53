package ai.dvt.exporter.verify;

import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.exporter.architecture.Architecture;
import ai.dvt.exporter.architecture.ArchitectureOptions;
import ai.dvt.exporter.architecture.ArchitectureOptions.ExtraOutput;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.bundle.StageFiles;
import ai.dvt.exporter.bundle.VersionFolder;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.geometry.Front;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.SoftSplit;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokensToToken;
import ai.dvt.exporter.onnx.WeightStorage;
import ai.dvt.exporter.weights.Weights;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Exports a golden case with the index's hyper-parameters and checks what the index says of it. */
final class GoldenExport {
  private final GoldenCase golden;

  GoldenExport(GoldenCase golden) {
    this.golden = golden;
  }

  /**
   * Writes the case's graphs.
   *
   * @param wrapper key of the state dict
   * @param extra outputs beyond what is handed over
   * @throws VerifyException if the checkpoint is not what the index says
   */
  List<VariantSpec> write(
      CheckpointFile checkpoint,
      String wrapper,
      List<Flavour> flavours,
      Set<ExtraOutput> extra,
      VersionFolder folder)
      throws IOException {
    CascadeGraphs graphs = graphs(checkpoint, wrapper, extra);
    return StageFiles.write(folder, graphs, flavours, WeightStorage.FLOAT32);
  }

  /** Builds the case's graphs; nothing is written. */
  CascadeGraphs graphs(CheckpointFile checkpoint, String wrapper, Set<ExtraOutput> extra)
      throws IOException {
    Weights weights = checkpoint.stateDicts().select(false, Optional.of(wrapper)).weights();
    CascadeGraphs graphs = architecture().graphs(weights, options().withExtraOutputs(extra));
    checkStages(graphs);
    return graphs;
  }

  private Architecture architecture() throws VerifyException {
    String family = golden.architecture().getOrDefault("family", "");
    if (!family.equals("deit") && !family.equals("t2t")) {
      throw new VerifyException("arch.family", '"' + family + '"', "deit or t2t");
    }
    return Architecture.named(golden.cascade() ? "dvt-" + family : family);
  }

  private ArchitectureOptions options() throws VerifyException {
    ArchitectureOptions options =
        ArchitectureOptions.DEFAULT
            .withImageSize((int) number("image"))
            .withHeads((int) number("num_heads"))
            .withEpsilon(number("layer_norm_eps"))
            .withResizeThrough(golden.resizeThrough());
    if (golden.stages().stream().anyMatch(GoldenCase.Stage::softSplit)) {
      options =
          options.withSoftSplits(
              golden.stages().stream()
                  .map(s -> new SoftSplit(s.kernel(), s.stride(), s.padding()))
                  .toList());
    }
    return options;
  }

  private double number(String key) throws VerifyException {
    try {
      return Double.parseDouble(golden.architecture().getOrDefault(key, "absent"));
    } catch (NumberFormatException e) {
      throw new VerifyException("arch." + key, golden.architecture().get(key), "a number");
    }
  }

  private void checkStages(CascadeGraphs graphs) throws VerifyException {
    List<GoldenCase.Stage> stages = golden.stages();
    if (!stages.isEmpty()) {
      equal("stages", graphs.stages().size(), stages.size());
    }
    for (int i = 0; i < graphs.stages().size(); i++) {
      StageGeometry geometry = graphs.stages().get(i).geometry();
      String stage = "stage " + (i + 1) + " ";
      equal(stage + "width", geometry.width(), (int) number("embed_dim"));
      equal(stage + "depth", geometry.depth(), (int) number("depth"));
      equal(stage + "classes", geometry.classes(), (int) number("num_classes"));
      if (!stages.isEmpty()) {
        equal(stage + "grid", geometry.grid(), stages.get(i).grid());
        equal(stage + "front", front(geometry.front()), front(stages.get(i)));
      }
      if (i > 0 && golden.featureReuse().isPresent()) {
        equal(
            stage + "feature reuse", geometry.features().isPresent(), golden.featureReuse().get());
      }
      if (i > 0 && golden.relationReuse().isPresent()) {
        equal(
            stage + "relation reuse",
            geometry.relations().isPresent(),
            golden.relationReuse().get());
      }
    }
  }

  private static String front(Front front) {
    if (front instanceof PatchEmbedding patch) {
      return "patch " + patch.kernel() + "/" + patch.kernel() + "/" + patch.padding();
    }
    SoftSplit split = ((TokensToToken) front).first();
    return "soft split " + split.kernel() + "/" + split.stride() + "/" + split.padding();
  }

  private static String front(GoldenCase.Stage stage) {
    return (stage.softSplit() ? "soft split " : "patch ")
        + stage.kernel()
        + "/"
        + stage.stride()
        + "/"
        + stage.padding();
  }

  private static void equal(String what, Object got, Object expected) throws VerifyException {
    if (!got.equals(expected)) {
      throw new VerifyException(what, got, expected + ", as in the index");
    }
  }
}
