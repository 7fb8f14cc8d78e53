package ai.dvt.exporter.geometry;

/**
 * Feature reuse of one stage.
 *
 * @param spec the choices
 * @param upstreamGrid tokens along one side of the upstream's grid
 * @param upstreamWidth width of its tokens
 * @param hidden width inside the MLP; 0 for a linear transform
 * @param width of a context embedding
 * @param resizeThrough side of the picture between nearest upsampling and average pooling
 */
public record FeatureReuseGeometry(
    ReuseSpec.Features spec,
    int upstreamGrid,
    int upstreamWidth,
    int hidden,
    int width,
    int resizeThrough) {

  /** Whether layer {@code index}, from 0, gets a context embedding. */
  public boolean reaches(int index) {
    return index == 0 || spec.layers() == ReuseSpec.Layers.ALL;
  }
}
