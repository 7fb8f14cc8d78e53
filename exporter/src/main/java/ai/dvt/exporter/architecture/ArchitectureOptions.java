package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.SoftSplit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the tensors of a checkpoint do not say. Whatever is empty comes from the architecture.
 *
 * @param imageSize side of the picture in pixels
 * @param heads of every block's attention; by default width / 64
 * @param epsilon of every LayerNorm behind the front
 * @param softSplits first soft split of each stage (T2T-ViT); empty: the authors', by kernel
 * @param resizeThrough of each hand-over, stage 1 to 2 first; empty: 14 for a target of 10, 20 for
 *     a target of 14, else the target itself, which is plain nearest
 * @param reuse the choices that tensors do not show, and checked where they do; empty: the paper's
 * @param extraOutputs outputs that every stage gets even if the next does not consume them
 * @param pruning how tokens are dropped
 */
public record ArchitectureOptions(
    Optional<Integer> imageSize,
    Optional<Integer> heads,
    Optional<Double> epsilon,
    List<SoftSplit> softSplits,
    List<Integer> resizeThrough,
    Optional<ReuseSpec> reuse,
    Set<ExtraOutput> extraOutputs,
    PruningOptions pruning) {
  /** Everything as the architecture has it. */
  public static final ArchitectureOptions DEFAULT =
      new ArchitectureOptions(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          Optional.empty(),
          Set.of(),
          PruningOptions.NONE);

  private static final int MAX_RESIZE_THROUGH = 4096;

  /** An intermediate that {@code verify} compares. */
  public enum ExtraOutput {
    /** {@code tokens}, float32 [batch, tokens, width], before the last norm. */
    TOKENS,
    /** {@code relations}, float32 [batch, layers*heads, tokens, tokens], before softmax. */
    RELATIONS,
    /** {@code kept_j} and {@code score_j} of each step that drops tokens, see StageGraph. */
    KEPT
  }

  public ArchitectureOptions {
    softSplits = List.copyOf(softSplits);
    resizeThrough = List.copyOf(resizeThrough);
    extraOutputs = Set.copyOf(extraOutputs);
    positive("image-size", imageSize);
    positive("heads", heads);
    for (int side : resizeThrough) {
      if (side < 1 || side > MAX_RESIZE_THROUGH) {
        throw new ArchitectureException("resize-through", side, "1 to " + MAX_RESIZE_THROUGH);
      }
    }
    epsilon.ifPresent(
        value -> {
          if (!(value > 0 && value < 1)) {
            throw new ArchitectureException("eps", value, "between 0 and 1");
          }
        });
  }

  public ArchitectureOptions withImageSize(int pixels) {
    return new ArchitectureOptions(
        Optional.of(pixels),
        heads,
        epsilon,
        softSplits,
        resizeThrough,
        reuse,
        extraOutputs,
        pruning);
  }

  public ArchitectureOptions withHeads(int number) {
    return new ArchitectureOptions(
        imageSize,
        Optional.of(number),
        epsilon,
        softSplits,
        resizeThrough,
        reuse,
        extraOutputs,
        pruning);
  }

  public ArchitectureOptions withEpsilon(double value) {
    return new ArchitectureOptions(
        imageSize,
        heads,
        Optional.of(value),
        softSplits,
        resizeThrough,
        reuse,
        extraOutputs,
        pruning);
  }

  public ArchitectureOptions withSoftSplits(List<SoftSplit> splits) {
    return new ArchitectureOptions(
        imageSize, heads, epsilon, splits, resizeThrough, reuse, extraOutputs, pruning);
  }

  public ArchitectureOptions withResizeThrough(List<Integer> sides) {
    return new ArchitectureOptions(
        imageSize, heads, epsilon, softSplits, sides, reuse, extraOutputs, pruning);
  }

  public ArchitectureOptions withReuse(ReuseSpec spec) {
    return new ArchitectureOptions(
        imageSize,
        heads,
        epsilon,
        softSplits,
        resizeThrough,
        Optional.of(spec),
        extraOutputs,
        pruning);
  }

  public ArchitectureOptions withExtraOutputs(Set<ExtraOutput> outputs) {
    return new ArchitectureOptions(
        imageSize, heads, epsilon, softSplits, resizeThrough, reuse, outputs, pruning);
  }

  public ArchitectureOptions withPruning(PruningOptions options) {
    return new ArchitectureOptions(
        imageSize, heads, epsilon, softSplits, resizeThrough, reuse, extraOutputs, options);
  }

  private static void positive(String name, Optional<Integer> value) {
    if (value.isPresent() && value.get() < 1) {
      throw new ArchitectureException(name, value.get(), ">= 1");
    }
  }
}
