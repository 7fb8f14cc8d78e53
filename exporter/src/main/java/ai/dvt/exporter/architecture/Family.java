package ai.dvt.exporter.architecture;

import ai.dvt.exporter.weights.Weights;

/** What kind of front a backbone has, and what goes with it. */
public enum Family {
  /** LV-ViT: a convolution stem. Stands before DeiT, whose tensors it has too. */
  LVVIT("patch_embed.conv1", 1e-5),
  /** ViT and DeiT: patches. */
  DEIT("patch_embed", 1e-6),
  /** T2T-ViT: soft splits. */
  T2T("tokens_to_token", 1e-5);

  private final String scope;
  private final double epsilon;

  Family(String scope, double epsilon) {
    this.scope = scope;
    this.epsilon = epsilon;
  }

  /** LayerNorm epsilon of the authors' models of this family. */
  public double epsilon() {
    return epsilon;
  }

  /**
   * The family whose front the tensors of the first stage show.
   *
   * @throws ArchitectureException if they show none
   */
  public static Family of(Weights weights) {
    for (Family family : values()) {
      if (weights.stages() > 0 && weights.stage(1).hasScope(family.scope)) {
        return family;
      }
    }
    throw new ArchitectureException(
        weights.source(), "neither patch_embed nor tokens_to_token", "a ViT, DeiT or T2T-ViT");
  }
}
