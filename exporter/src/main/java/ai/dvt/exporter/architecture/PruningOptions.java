package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.TokenPruning.Method;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import java.util.List;
import java.util.Optional;

/**
 * How tokens are dropped: no tensor tells.
 *
 * @param keepRate of DynamicViT and EViT, in (0, 1]
 * @param at layers from 0 that drop tokens; empty: the architecture's
 * @param fuse whether EViT's dropped tokens become one; by default not
 * @param form of ATS; by default compact
 * @param last how a cascade's last stage drops tokens
 * @param skipLambda LV-ViT's divisor of residual branches; by default 2
 */
public record PruningOptions(
    Optional<Double> keepRate,
    List<Integer> at,
    Optional<Boolean> fuse,
    Optional<Form> form,
    Optional<Method> last,
    Optional<Double> skipLambda) {
  /** Nothing said. */
  public static final PruningOptions NONE =
      new PruningOptions(
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public PruningOptions {
    at = List.copyOf(at);
    keepRate.ifPresent(
        rate -> {
          if (!(rate > 0 && rate <= 1)) {
            throw new ArchitectureException("keep-rate", rate, "above 0, at most 1");
          }
        });
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

  /** The same with another keep rate. */
  public PruningOptions withKeepRate(double rate) {
    return new PruningOptions(Optional.of(rate), at, fuse, form, last, skipLambda);
  }
}
