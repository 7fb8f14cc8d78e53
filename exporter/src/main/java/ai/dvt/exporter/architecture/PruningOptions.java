package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import java.util.List;
import java.util.Optional;

/**
 * How tokens are dropped: no tensor tells.
 *
 * @param keepRate of DynamicViT and EViT, in (0, 1]
 * @param at layers from 0 that drop tokens; empty: the architecture's
 * @param from of ATS, the first of the layers, all to the last one, that drop tokens
 * @param fuse whether EViT's dropped tokens become one; by default not
 * @param form of ATS; by default compact
 * @param stages the stages of a cascade that drop tokens
 * @param skipLambda LV-ViT's divisor of residual branches; by default 2
 */
public record PruningOptions(
    Optional<Double> keepRate,
    List<Integer> at,
    Optional<Boolean> fuse,
    Optional<Form> form,
    List<StagePruning> stages,
    Optional<Double> skipLambda,
    Optional<Integer> from) {
  /** Nothing said. */
  public static final PruningOptions NONE =
      new PruningOptions(
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty());

  public PruningOptions {
    at = List.copyOf(at);
    stages = List.copyOf(stages);
    keepRate.ifPresent(PruningOptions::checkRate);
    if (from.isPresent() && (from.get() < 0 || !at.isEmpty())) {
      throw new ArchitectureException(
          "drop-from", from.get(), "a layer from 0, and no --drop-at beside it");
    }
    skipLambda.ifPresent(
        value -> {
          if (!(value > 0 && Double.isFinite(value))) {
            throw new ArchitectureException("skip-lam", value, "> 0");
          }
        });
    for (int i = 0; i < at.size(); i++) {
      if (at.get(i) < 0 || i > 0 && at.get(i) <= at.get(i - 1)) {
        throw new ArchitectureException("drop-at", at, "layers from 0, ascending, each once");
      }
    }
  }

  /** Layers named one by one, or none. */
  public PruningOptions(
      Optional<Double> keepRate,
      List<Integer> at,
      Optional<Boolean> fuse,
      Optional<Form> form,
      List<StagePruning> stages,
      Optional<Double> skipLambda) {
    this(keepRate, at, fuse, form, stages, skipLambda, Optional.empty());
  }

  /** The same with another keep rate. */
  public PruningOptions withKeepRate(double rate) {
    return new PruningOptions(Optional.of(rate), at, fuse, form, stages, skipLambda, from);
  }

  /** The same with stages of a cascade that drop tokens. */
  public PruningOptions withStages(List<StagePruning> pruned) {
    return new PruningOptions(keepRate, at, fuse, form, pruned, skipLambda, from);
  }

  /** The same with another first layer. */
  public PruningOptions withFrom(int layer) {
    return new PruningOptions(keepRate, at, fuse, form, stages, skipLambda, Optional.of(layer));
  }

  static void checkRate(double rate) {
    if (!(rate > 0 && rate <= 1)) {
      throw new ArchitectureException("keep-rate", rate, "above 0, at most 1");
    }
  }
}
