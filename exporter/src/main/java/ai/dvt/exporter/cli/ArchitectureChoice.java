package ai.dvt.exporter.cli;

import ai.dvt.exporter.architecture.Architecture;
import ai.dvt.exporter.architecture.ArchitectureException;
import ai.dvt.exporter.architecture.ArchitectureOptions;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.architecture.PruningOptions;
import ai.dvt.exporter.bundle.CascadeSetting;
import ai.dvt.exporter.geometry.PatchEmbedding;
import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.SoftSplit;
import ai.dvt.exporter.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What the tensors do not tell: a named architecture and what overrides it. */
final class ArchitectureChoice {
  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      completionCandidates = Names.class,
      description = "One of: ${COMPLETION-CANDIDATES}. Default: the family that the tensors show.")
  String architecture;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Side of the picture. Default: the architecture's (224).")
  Integer imageSize;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Heads of every block. Default: width / 64, or what relation tensors show.")
  Integer heads;

  @Option(
      names = "--eps",
      paramLabel = "EPSILON",
      description =
          "Of every LayerNorm behind the front. Default: 1e-6 (DeiT), 1e-5 (T2T-ViT, LV-ViT).")
  Double epsilon;

  @Option(
      names = "--reuse",
      paramLabel = "SPEC",
      converter = ReuseText.class,
      description =
          "What must be reused, checked against the tensors: none, features, relations, both, or"
              + " details as features:corresponding-layer,class-reused,first-layer,linear,no-norm"
              + "+relations:final-layer,linear,naive. Default: what the tensors show, as the paper"
              + " does it.")
  ReuseText.Choice reuse;

  @Option(
      names = "--resize-through",
      split = ",",
      paramLabel = "SIDE",
      description =
          "Intermediate grid of each hand-over's upsampling. Default: 14 for a target of 10, 20 for"
              + " 14, else the target (plain nearest).")
  List<Integer> resizeThrough = new ArrayList<>();

  @Option(
      names = "--patch-padding",
      split = ",",
      paramLabel = "PIXELS",
      description =
          "Padding of each stage's patches (DeiT), checked against"
              + " (kernel * grid - size) / 2, from which it comes.")
  List<Integer> patchPadding = new ArrayList<>();

  @Option(
      names = "--soft-split",
      split = ",",
      paramLabel = "KERNEL/STRIDE/PADDING",
      converter = SoftSplitText.class,
      description = "First soft split of each stage (T2T-ViT). Default: the authors', by kernel.")
  List<SoftSplit> softSplits = new ArrayList<>();

  @Mixin PruningChoice pruning;

  /** The graphs of these tensors; of the first setting if there are several. */
  CascadeGraphs graphs(Weights weights) {
    return settings(weights).get(0).graphs();
  }

  /** The graphs of these tensors, once for each setting that was asked for. */
  List<CascadeSetting> settings(Weights weights) {
    Architecture named =
        architecture == null ? Architecture.guess(weights) : Architecture.named(architecture);
    List<CascadeSetting> settings = new ArrayList<>();
    pruning
        .settings()
        .forEach(
            (name, options) ->
                settings.add(new CascadeSetting(name, graphs(named, weights, options))));
    return settings;
  }

  private CascadeGraphs graphs(Architecture named, Weights weights, PruningOptions drop) {
    CascadeGraphs graphs =
        named.graphs(
            weights,
            new ArchitectureOptions(
                Optional.ofNullable(imageSize),
                Optional.ofNullable(heads),
                Optional.ofNullable(epsilon),
                softSplits,
                resizeThrough,
                Optional.ofNullable(reuse).map(ReuseText.Choice::spec),
                Set.of(),
                drop));
    if (reuse != null && !reuse.spec().equals(ReuseSpec.NONE) && graphs.stages().size() == 1) {
      throw new ArchitectureException("--reuse", "one stage", "none: there is no stage before it");
    }
    checkPadding(graphs);
    return graphs;
  }

  private void checkPadding(CascadeGraphs graphs) {
    if (patchPadding.isEmpty()) {
      return;
    }
    List<Integer> shown = new ArrayList<>();
    graphs
        .stages()
        .forEach(
            stage -> {
              if (stage.geometry().front() instanceof PatchEmbedding patch) {
                shown.add(patch.padding());
              }
            });
    if (!shown.equals(patchPadding)) {
      throw new ArchitectureException(
          "--patch-padding", patchPadding, shown + ", (kernel * grid - size) / 2 of each stage");
    }
  }

  /** For the help. */
  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Names() {
      super(Architecture.names());
    }
  }

  /** Reads {@code 14/8/3}. */
  static final class SoftSplitText implements ITypeConverter<SoftSplit> {
    @Override
    public SoftSplit convert(String text) {
      String[] parts = text.strip().split("/", -1);
      try {
        if (parts.length == 3) {
          return new SoftSplit(
              Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        }
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            '"' + text + "\" (expected: three whole numbers, as 14/8/3)");
      }
      throw new TypeConversionException('"' + text + "\" (expected: KERNEL/STRIDE/PADDING)");
    }
  }
}
