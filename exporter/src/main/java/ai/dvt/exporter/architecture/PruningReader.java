package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning;
import ai.dvt.exporter.geometry.TokenPruning.Attentive;
import ai.dvt.exporter.geometry.TokenPruning.Method;
import ai.dvt.exporter.geometry.TokenPruning.Predicted;
import ai.dvt.exporter.geometry.TokenPruning.Sampled;
import ai.dvt.exporter.weights.Weights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Reads how a stage drops tokens: predictors from the tensors, the rest from the options. */
final class PruningReader {
  /** DynamicViT's modules. */
  static final String PREDICTOR = "score_predictor";

  private static final int STEPS = 3;

  private final Architecture architecture;
  private final String name;
  private final PruningOptions options;

  PruningReader(Architecture architecture, ArchitectureOptions options) {
    this.architecture = architecture;
    this.name = architecture.name();
    this.options = options.pruning();
  }

  /** Fails for options that this architecture would ignore. */
  void check() {
    boolean cascade = architecture.cascade();
    for (StagePruning each : options.stages()) {
      if (!cascade) {
        throw new ArchitectureException(
            each.option(),
            name,
            "a cascade; a single stage drops tokens as dynamicvit, evit or ats");
      }
      if (each.method() != Method.EVIT) {
        throw new ArchitectureException(
            each.option(),
            each.method().name().toLowerCase(Locale.ROOT),
            "evit: DynamicViT needs predictors trained with the cascade, and ATS does not read the"
                + " reused relations");
      }
    }
    Method method =
        architecture
            .pruning()
            .or(() -> options.stages().stream().map(StagePruning::method).findFirst())
            .orElse(null);
    String such = cascade ? "--prune or --prune-last" : "an architecture that drops tokens";
    if (method == null) {
      refuse("keep-rate", options.keepRate().isPresent(), such);
      refuse("drop-at", !options.at().isEmpty(), such);
    }
    refuse(
        "keep-rate",
        method == Method.ATS && options.keepRate().isPresent(),
        "none: ATS decides by the picture");
    refuse("fuse", method != Method.EVIT && options.fuse().isPresent(), "EViT");
    refuse("drop-from", method != Method.ATS && options.from().isPresent(), "ATS");
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
   * The stages with their pruning.
   *
   * @throws ArchitectureException if options are missing or do not fit the stages
   */
  List<StageGeometry> pruned(List<StageGeometry> stages, Weights weights) {
    List<StageGeometry> pruned = new ArrayList<>(stages);
    architecture
        .pruning()
        .ifPresent(
            method ->
                pruned.set(0, with(method, options.keepRate(), weights.stage(1), stages.get(0))));
    Set<Integer> named = new HashSet<>();
    for (StagePruning each : options.stages()) {
      int number = each.stage().orElse(stages.size());
      if (number > stages.size()) {
        throw new ArchitectureException(
            "prune", "stage " + number, "1 to " + stages.size() + ", the stages of " + name);
      }
      if (!named.add(number)) {
        throw new ArchitectureException(
            each.option(), "stage " + number + " again", "each stage once");
      }
      pruned.set(
          number - 1,
          with(
              each.method(),
              each.keepRate().or(options::keepRate),
              weights.stage(number),
              stages.get(number - 1)));
    }
    return pruned;
  }

  private StageGeometry with(
      Method method, Optional<Double> rate, Weights tensors, StageGeometry stage) {
    if (stage.distilled()) {
      throw new ArchitectureException(
          "architecture " + name, "a distillation token", "no distillation token");
    }
    TokenPruning pruning =
        switch (method) {
          case DYNAMICVIT -> predicted(tensors, rate(rate, stage), stage);
          case EVIT -> attentive(rate(rate, stage), stage);
          case ATS -> sampled(stage);
        };
    return stage.withPruning(pruning);
  }

  private Predicted predicted(Weights tensors, double rate, StageGeometry stage) {
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
    Predicted predicted = Predicted.of(at, rate, patches);
    if (predicted.kept().get(0) == patches) {
      throw keepsAll(rate, stage);
    }
    return predicted;
  }

  private Attentive attentive(double rate, StageGeometry stage) {
    List<Integer> at = layers(stage, evenly(stage.depth(), STEPS));
    Attentive attentive = Attentive.of(at, rate, options.fuse().orElse(false), stage.tokens() - 1);
    if (attentive.at().isEmpty()) {
      throw keepsAll(rate, stage);
    }
    return attentive;
  }

  private Sampled sampled(StageGeometry stage) {
    int first = options.from().orElse(stage.depth() / (STEPS + 1));
    if (first >= stage.depth()) {
      throw new ArchitectureException(
          "drop-from",
          first,
          "a layer from 0 to " + (stage.depth() - 1) + ", the last of the depth");
    }
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

  private double rate(Optional<Double> given, StageGeometry stage) {
    double rate =
        given.orElseThrow(
            () ->
                new ArchitectureException(
                    keepRate(stage),
                    "not given",
                    "an option such as 0.7, because no tensor tells"));
    if (rate * (stage.tokens() - 1) < 1) {
      throw new ArchitectureException(
          keepRate(stage), rate, "at least one of " + (stage.tokens() - 1) + " tokens kept");
    }
    return rate;
  }

  private ArchitectureException keepsAll(double rate, StageGeometry stage) {
    return new ArchitectureException(
        keepRate(stage),
        rate + " keeps all " + (stage.tokens() - 1) + " tokens",
        "a rate that drops some; "
            + (architecture.cascade()
                ? "a stage that is not named keeps all"
                : "deit exports the model without pruning"));
  }

  private String keepRate(StageGeometry stage) {
    return architecture.cascade() ? "keep-rate of stage " + stage.number() : "keep-rate";
  }
}
