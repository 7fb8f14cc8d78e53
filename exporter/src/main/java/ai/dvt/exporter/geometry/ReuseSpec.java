package ai.dvt.exporter.geometry;

import java.util.Optional;

/**
 * What a stage reuses from the one before it, and how: the paper's choices and the variants of its
 * Tables 6, 7 and 8.
 *
 * @param features context embeddings made of the upstream's tokens (Eqs. 3 to 5)
 * @param relations upstream attention logits added to this stage's (Eqs. 6 to 9)
 */
public record ReuseSpec(Optional<Features> features, Optional<Relations> relations) {
  /** Neither. */
  public static final ReuseSpec NONE = new ReuseSpec(Optional.empty(), Optional.empty());

  /** Both, as the paper proposes. */
  public static final ReuseSpec BOTH =
      new ReuseSpec(Optional.of(Features.PROPOSED), Optional.of(Relations.PROPOSED));

  /**
   * Table 7.
   *
   * @param source which upstream layer a downstream layer looks at
   * @param classToken what the class token's context is
   * @param layers which downstream layers get a context
   * @param transform from upstream tokens to contexts
   * @param layerNorm whether a LayerNorm comes first
   */
  public record Features(
      FeatureSource source,
      ClassToken classToken,
      Layers layers,
      Transform transform,
      boolean layerNorm) {
    public static final Features PROPOSED =
        new Features(FeatureSource.FINAL_LAYER, ClassToken.ZERO, Layers.ALL, Transform.MLP, true);

    public Features with(FeatureSource changed) {
      return new Features(changed, classToken, layers, transform, layerNorm);
    }

    public Features with(ClassToken changed) {
      return new Features(source, changed, layers, transform, layerNorm);
    }
  }

  /**
   * Table 8.
   *
   * @param source which upstream layers a downstream layer looks at
   * @param transform from upstream logits to those added here
   * @param upsampling from the upstream's tokens to this stage's
   */
  public record Relations(RelationSource source, Transform transform, Upsampling upsampling) {
    public static final Relations PROPOSED =
        new Relations(RelationSource.ALL_LAYERS, Transform.MLP, Upsampling.BY_GRID);

    public Relations with(RelationSource changed) {
      return new Relations(changed, transform, upsampling);
    }

    public Relations with(Upsampling changed) {
      return new Relations(source, transform, changed);
    }
  }

  /** Upstream tokens that become contexts. */
  public enum FeatureSource {
    /** The output of the last block, for every layer. */
    FINAL_LAYER,
    /** Layer l sees the output of block l. */
    CORRESPONDING_LAYER
  }

  /** The context of the class token. */
  public enum ClassToken {
    /** Zeros; the upstream's class token is dropped. */
    ZERO,
    /** Made of the upstream's class token. */
    REUSED
  }

  /** Downstream layers that get a context. */
  public enum Layers {
    ALL,
    FIRST
  }

  /** A learnt function of each position. */
  public enum Transform {
    MLP,
    LINEAR
  }

  /** Upstream attention logits that a downstream layer sees. */
  public enum RelationSource {
    ALL_LAYERS,
    CORRESPONDING_LAYER,
    FINAL_LAYER
  }

  /** How a matrix of logits grows. */
  public enum Upsampling {
    /** Rows and columns are laid out as the picture, upsampled, and flattened (Figure 5). */
    BY_GRID,
    /** The matrix itself is taken for a picture. */
    NAIVE
  }
}
