package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.TokenPruning;
import ai.dvt.exporter.weights.Weights;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A named architecture: one line of data. Sizes that are given are checked against the tensors; 0
 * takes any.
 *
 * @param name as on the command line
 * @param family the front
 * @param cascade whether more than one stage is allowed
 * @param imageSize pixels along one side, unless an option says otherwise
 * @param width of a token, or 0
 * @param depth of a stage, or 0
 * @param variant what else sets it apart
 */
public record Architecture(
    String name,
    Family family,
    boolean cascade,
    int imageSize,
    int width,
    int depth,
    Variant variant) {
  private static final List<Architecture> PRESETS =
      List.of(
          cascade("dvt-deit", Family.DEIT, 0, 0, Variant.ANY),
          cascade("dvt-deit-tiny", Family.DEIT, 192, 12, Variant.PLAIN),
          cascade("dvt-deit-small", Family.DEIT, 384, 12, Variant.PLAIN),
          cascade("dvt-t2t", Family.T2T, 0, 0, Variant.ANY),
          cascade("dvt-t2t-12", Family.T2T, 256, 12, Variant.PLAIN),
          cascade("dvt-t2t-14", Family.T2T, 384, 14, Variant.PLAIN),
          single("vit", Family.DEIT, 0, 0, Variant.ANY),
          single("deit", Family.DEIT, 0, 0, Variant.ANY),
          single("deit-tiny", Family.DEIT, 192, 12, Variant.PLAIN),
          single("deit-small", Family.DEIT, 384, 12, Variant.PLAIN),
          single("deit-base", Family.DEIT, 768, 12, Variant.PLAIN),
          single("deit-tiny-distilled", Family.DEIT, 192, 12, Variant.DISTILLED),
          single("deit-small-distilled", Family.DEIT, 384, 12, Variant.DISTILLED),
          single("deit-base-distilled", Family.DEIT, 768, 12, Variant.DISTILLED),
          single("t2t", Family.T2T, 0, 0, Variant.ANY),
          single("t2t-7", Family.T2T, 256, 7, Variant.PLAIN),
          single("t2t-10", Family.T2T, 256, 10, Variant.PLAIN),
          single("t2t-12", Family.T2T, 256, 12, Variant.PLAIN),
          single("t2t-14", Family.T2T, 384, 14, Variant.PLAIN),
          single("t2t-19", Family.T2T, 448, 19, Variant.PLAIN),
          single("t2t-24", Family.T2T, 512, 24, Variant.PLAIN),
          single("t2t-t-14", Family.T2T, 384, 14, Variant.TRANSFORMER_TOKENS),
          single("dynamicvit", Family.DEIT, 0, 0, Variant.DYNAMICVIT),
          single("dynamicvit-deit-256", Family.DEIT, 256, 12, Variant.DYNAMICVIT),
          single("dynamicvit-deit-small", Family.DEIT, 384, 12, Variant.DYNAMICVIT),
          single("dynamicvit-deit-base", Family.DEIT, 768, 12, Variant.DYNAMICVIT),
          single("dynamicvit-lvvit", Family.LVVIT, 0, 0, Variant.DYNAMICVIT),
          single("dynamicvit-lvvit-small", Family.LVVIT, 384, 16, Variant.DYNAMICVIT),
          single("dynamicvit-lvvit-medium", Family.LVVIT, 512, 20, Variant.DYNAMICVIT),
          single("evit", Family.DEIT, 0, 0, Variant.EVIT),
          single("evit-small", Family.DEIT, 384, 12, Variant.EVIT),
          single("evit-base", Family.DEIT, 768, 12, Variant.EVIT),
          single("ats", Family.DEIT, 0, 0, Variant.ATS),
          single("ats-tiny", Family.DEIT, 192, 12, Variant.ATS),
          single("ats-small", Family.DEIT, 384, 12, Variant.ATS),
          single("ats-base", Family.DEIT, 768, 12, Variant.ATS));

  /** What sizes do not tell. */
  public enum Variant {
    /** Whatever the tensors show. */
    ANY,
    /** No distillation token; performers between soft splits. */
    PLAIN,
    /** With a distillation token. */
    DISTILLED,
    /** Transformers between soft splits. */
    TRANSFORMER_TOKENS,
    /** Tokens are dropped as a predictor says. */
    DYNAMICVIT,
    /** Tokens are dropped as the class token's attention says. */
    EVIT,
    /** Tokens are sampled. */
    ATS
  }

  /** How the architecture drops tokens, if it does. */
  Optional<TokenPruning.Method> pruning() {
    return switch (variant) {
      case DYNAMICVIT -> Optional.of(TokenPruning.Method.DYNAMICVIT);
      case EVIT -> Optional.of(TokenPruning.Method.EVIT);
      case ATS -> Optional.of(TokenPruning.Method.ATS);
      default -> Optional.empty();
    };
  }

  /** All names, in the order of the table. */
  public static List<String> names() {
    return PRESETS.stream().map(Architecture::name).toList();
  }

  /**
   * @throws ArchitectureException if there is none of that name
   */
  public static Architecture named(String name) {
    return PRESETS.stream()
        .filter(preset -> preset.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ArchitectureException(
                    "architecture", name, names().stream().collect(Collectors.joining(", "))));
  }

  /**
   * The generic architecture that the tensors look like.
   *
   * @throws ArchitectureException if they look like none
   */
  public static Architecture guess(Weights weights) {
    Family family = Family.of(weights);
    if (weights.stage(1).hasScope(PruningReader.PREDICTOR)) {
      return named(family == Family.LVVIT ? "dynamicvit-lvvit" : "dynamicvit");
    }
    if (family == Family.LVVIT) {
      throw new ArchitectureException(
          weights.source(), "LV-ViT without score_predictor", "a DynamicViT over LV-ViT");
    }
    String kind = family == Family.T2T ? "t2t" : "deit";
    return named(weights.stages() > 1 ? "dvt-" + kind : kind);
  }

  /**
   * The graphs of a checkpoint.
   *
   * @throws ArchitectureException if tensors, architecture and options do not fit together
   * @throws ai.dvt.exporter.geometry.GeometryException if sizes do not fit each other
   * @throws ai.dvt.exporter.weights.WeightsException if a tensor is missing or has a wrong shape
   */
  public CascadeGraphs graphs(Weights weights, ArchitectureOptions options) {
    return CascadeAssembly.assemble(this, weights, options);
  }

  private static Architecture cascade(
      String name, Family family, int width, int depth, Variant variant) {
    return new Architecture(name, family, true, 224, width, depth, variant);
  }

  private static Architecture single(
      String name, Family family, int width, int depth, Variant variant) {
    return new Architecture(name, family, false, 224, width, depth, variant);
  }
}
