package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning;
import ai.dvt.exporter.geometry.TokenPruning.Attentive;
import ai.dvt.exporter.geometry.TokenPruning.Method;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokenPruning.Sampled;
import ai.dvt.exporter.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/** Reads how a stage drops tokens: predictors from the tensors, the rest from the options. */
final class PruningReader {
  /** DynamicViT's modules. */
  static final String PREDICTOR = "score_predictor";

  private static final int STEPS = 3;

  private final String name;
  private final PruningOptions options;

  PruningReader(Architecture architecture, ArchitectureOptions options) {
    this.name = architecture.name();
    this.options = options.pruning();
  }

  /** Fails for options that this architecture would ignore. */
  void check(Architecture architecture) {
    boolean cascade = architecture.cascade();
    if (options.last().isPresent() && !cascade) {
      throw new ArchitectureException(
          "prune-last", name, "a cascade; a single stage drops tokens as dynamicvit, evit or ats");
    }
    if (options.last().isPresent() && options.last().get() != Method.EVIT) {
      throw new ArchitectureException(
          "prune-last",
          options.last().get().name().toLowerCase(java.util.Locale.ROOT),
          "evit: DynamicViT needs predictors trained with the cascade, and ATS does not read the"
              + " reused relations");
    }
    Method method = architecture.pruning().or(options::last).orElse(null);
    String such = cascade ? "--prune-last" : "an architecture that drops tokens";
    if (method == null) {
      refuse("keep-rate", options.keepRate().isPresent(), such);
      refuse("drop-at", !options.at().isEmpty(), such);
    }
    refuse(
        "keep-rate",
        method == Method.ATS && options.keepRate().isPresent(),
        "none: ATS decides by the picture");
    refuse("fuse", method != Method.EVIT && options.fuse().isPresent(), "EViT");
    refuse("ats-form", method != Method.ATS && options.form().isPresent(), "ATS");
    refuse(
        "skip-lam",
        architecture.family() != Family.LVVIT && options.skipLambda().isPresent(),
        "LV-ViT");
  }

  private void refuse(String option, boolean given, String rule) {
    if (given) {
      throw new ArchitectureException(option, "given with " + name, rule);
    }
  }

  /**
   * The stage with its pruning.
   *
   * @throws ArchitectureException if options are missing or do not fit the stage
   */
  StageGeometry with(Method method, Weights tensors, StageGeometry stage) {
    if (stage.distilled()) {
      throw new ArchitectureException(
          "architecture " + name, "a distillation token", "no distillation token");
    }
    TokenPruning pruning =
        switch (method) {
          case DYNAMICVIT -> predicted(tensors, stage);
          case EVIT -> attentive(stage);
          case ATS -> sampled(stage);
        };
    return stage.withPruning(pruning);
  }

  private Predicted predicted(Weights tensors, StageGeometry stage) {
    int modules = tensors.length(PREDICTOR);
    if (modules == 0) {
      throw new ArchitectureException(
          "architecture " + name + " for " + tensors.source(),
          "no " + PREDICTOR,
          "the tensors of a DynamicViT");
    }
    List<Integer> at = layers(stage, evenly(stage.depth(), modules));
    if (at.size() != modules) {
      throw new ArchitectureException(
          "drop-at", at, modules + " layers, one for each module of " + PREDICTOR);
    }
    int patches = stage.tokens() - 1;
    Predicted predicted = Predicted.of(at, rate(stage), patches);
    if (predicted.kept().get(0) == patches) {
      throw keepsAll(stage);
    }
    return predicted;
  }

  private Attentive attentive(StageGeometry stage) {
    List<Integer> at = layers(stage, evenly(stage.depth(), STEPS));
    Attentive attentive =
        Attentive.of(at, rate(stage), options.fuse().orElse(false), stage.tokens() - 1);
    if (attentive.at().isEmpty()) {
      throw keepsAll(stage);
    }
    return attentive;
  }

  private Sampled sampled(StageGeometry stage) {
    int first = stage.depth() / (STEPS + 1);
    List<Integer> at = layers(stage, IntStream.range(first, stage.depth()).boxed().toList());
    if (stage.tokens() < STEPS + 1) {
      throw new ArchitectureException(
          "tokens of " + name, stage.tokens(), "enough to sample, at least " + (STEPS + 1));
    }
    return new Sampled(at, options.form().orElse(Sampled.Form.COMPACT));
  }

  /** As in the authors' models: 3, 6 and 9 of 12. */
  private static List<Integer> evenly(int depth, int steps) {
    return IntStream.rangeClosed(1, steps)
        .map(i -> depth * i / (steps + 1))
        .boxed()
        .distinct()
        .toList();
  }

  private List<Integer> layers(StageGeometry stage, List<Integer> usual) {
    List<Integer> at = options.at().isEmpty() ? usual : options.at();
    for (int layer : at) {
      if (layer >= stage.depth()) {
        throw new ArchitectureException(
            "drop-at", at, "layers from 0 to " + (stage.depth() - 1) + ", the last of the depth");
      }
    }
    return at;
  }

  private double rate(StageGeometry stage) {
    double rate =
        options
            .keepRate()
            .orElseThrow(
                () ->
                    new ArchitectureException(
                        "keep-rate",
                        "not given",
                        "an option such as 0.7, because no tensor tells"));
    if (rate * (stage.tokens() - 1) < 1) {
      throw new ArchitectureException(
          "keep-rate", rate, "at least one of " + (stage.tokens() - 1) + " tokens kept");
    }
    return rate;
  }

  private ArchitectureException keepsAll(StageGeometry stage) {
    return new ArchitectureException(
        "keep-rate",
        options.keepRate().orElse(1.0) + " keeps all " + (stage.tokens() - 1) + " tokens",
        "a rate that drops some; deit exports the model without pruning");
  }
}
