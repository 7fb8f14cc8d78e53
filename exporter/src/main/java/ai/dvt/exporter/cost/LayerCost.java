package ai.dvt.exporter.cost;

import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning.Sampled;

/**
 * What one layer costs as a function of its tokens: those that meet in its attention, their pairs,
 * and those that leave it. Reuse of an earlier stage is not in it.
 *
 * @param attending multiply-adds of a token that takes part in the attention
 * @param pair of two tokens that meet
 * @param leaving of a token that goes on to the MLP
 * @param attendingNorm 5 per element of the first norm
 * @param leavingNorm 5 per element of the second norm
 */
public record LayerCost(
    long attending, long pair, long leaving, long attendingNorm, long leavingNorm) {

  /**
   * Of a layer, from 0. A layer that samples its tokens projects only those that go on, as the
   * authors' code does; elsewhere all that came in are projected.
   */
  public static LayerCost of(StageGeometry stage, int layer) {
    long width = stage.width();
    long widened = width + stage.contextWidth(layer);
    boolean sampled =
        stage.pruning().orElse(null) instanceof Sampled sampling
            && sampling.form() != Sampled.Form.MASK
            && sampling.at().contains(layer);
    long projection = width * width;
    return new LayerCost(
        3 * width * width + (sampled ? 0 : projection),
        2 * width,
        stage.hidden() * (widened + width) + (sampled ? projection : 0),
        StageCost.PER_NORM_ELEMENT * width,
        StageCost.PER_NORM_ELEMENT * widened);
  }

  /** Of one image. */
  public StageCost of(long tokens, long going) {
    return new StageCost(
        tokens * attending + tokens * tokens * pair + going * leaving,
        tokens * attendingNorm + going * leavingNorm);
  }
}
