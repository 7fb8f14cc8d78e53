package ai.dvt.exporter.architecture;

import ai.dvt.exporter.weights.Weights;
import java.util.List;
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
          single("t2t-t-14", Family.T2T, 384, 14, Variant.TRANSFORMER_TOKENS));

  /** What sizes do not tell. */
  public enum Variant {
    /** Whatever the tensors show. */
    ANY,
    /** No distillation token; performers between soft splits. */
    PLAIN,
    /** With a distillation token. */
    DISTILLED,
    /** Transformers between soft splits. */
    TRANSFORMER_TOKENS
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
