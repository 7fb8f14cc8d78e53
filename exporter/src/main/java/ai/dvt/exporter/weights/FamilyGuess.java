package ai.dvt.exporter.weights;

import java.util.ArrayList;
import java.util.List;

/**
 * What names and shapes say about a checkpoint. A guess for people ({@code dvt inspect}): image
 * size, heads, LayerNorm epsilon, and pruning rates stand in no checkpoint.
 *
 * @param stages first exit first; one for a plain ViT
 * @param parameters all numbers in the state dict
 */
public record FamilyGuess(Family family, List<StageGuess> stages, long parameters) {

  /** Families told apart by their tensors. */
  public enum Family {
    DVT_DEIT("DVT over DeiT"),
    DVT_T2T("DVT over T2T-ViT"),
    DEIT("ViT or DeiT (EViT and ATS look the same)"),
    DEIT_DISTILLED("distilled DeiT"),
    T2T_PERFORMER("T2T-ViT with performer tokens"),
    T2T_TRANSFORMER("T2T-ViT with transformer tokens"),
    DYNAMICVIT("DynamicViT over DeiT"),
    DYNAMICVIT_LVVIT("DynamicViT over LV-ViT"),
    LVVIT("LV-ViT"),
    UNKNOWN("unknown");

    private final String text;

    Family(String text) {
      this.text = text;
    }

    /** For people. */
    public String text() {
      return text;
    }
  }

  public FamilyGuess {
    stages = List.copyOf(stages);
  }

  /**
   * Looks at names and shapes only.
   *
   * @throws WeightsException if a stage's blocks are not numbered 0, 1, 2, ...
   */
  public static FamilyGuess of(Weights weights) {
    List<StageGuess> stages = new ArrayList<>();
    for (int number = 1; number <= weights.stages(); number++) {
      stages.add(
          StageGuess.of(number, weights.stagePrefixes().get(number - 1), weights.stage(number)));
    }
    return new FamilyGuess(family(weights, stages), stages, weights.parameters());
  }

  /**
   * The reuse kinds, for people: {@code both}, {@code features}, {@code relations}, {@code none}.
   */
  public String reuse() {
    boolean features = stages.stream().anyMatch(StageGuess::featureReuse);
    boolean relations = stages.stream().anyMatch(StageGuess::relationReuse);
    return features ? (relations ? "both" : "features") : relations ? "relations" : "none";
  }

  private static Family family(Weights weights, List<StageGuess> stages) {
    if (stages.isEmpty()) {
      return Family.UNKNOWN;
    }
    Weights first = weights.stage(1);
    boolean t2t = first.hasScope("tokens_to_token");
    boolean lvvit = first.hasScope("patch_embed.conv1");
    if (!t2t && !first.hasScope("patch_embed")) {
      return Family.UNKNOWN;
    } else if (!stages.get(0).prefix().isEmpty()) {
      return t2t ? Family.DVT_T2T : Family.DVT_DEIT;
    } else if (first.hasScope("score_predictor")) {
      return lvvit ? Family.DYNAMICVIT_LVVIT : Family.DYNAMICVIT;
    } else if (t2t) {
      return first.hasScope("tokens_to_token.1.attn")
          ? Family.T2T_TRANSFORMER
          : Family.T2T_PERFORMER;
    } else if (lvvit) {
      return Family.LVVIT;
    }
    return first.has("dist_token") ? Family.DEIT_DISTILLED : Family.DEIT;
  }
}
