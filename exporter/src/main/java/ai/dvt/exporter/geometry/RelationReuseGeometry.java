package ai.dvt.exporter.geometry;

/**
 * Relation reuse of one stage.
 *
 * @param spec the choices
 * @param upstreamGrid tokens along one side of the upstream's grid
 * @param upstreamDepth upstream layers whose logits are handed over
 * @param upstreamHeads heads of the upstream
 * @param hidden channels inside the MLP; 0 for a linear transform
 * @param resizeThrough side of the picture between nearest upsampling and average pooling
 */
public record RelationReuseGeometry(
    ReuseSpec.Relations spec,
    int upstreamGrid,
    int upstreamDepth,
    int upstreamHeads,
    int hidden,
    int resizeThrough) {

  /** Channels that come in: layers times heads. */
  public int upstreamChannels() {
    return upstreamDepth * upstreamHeads;
  }

  /** Groups of the 1x1 convolutions: a layer that sees only its counterpart keeps to itself. */
  public int groups() {
    return spec.source() == ReuseSpec.RelationSource.CORRESPONDING_LAYER ? upstreamDepth : 1;
  }
}
