package ai.dvt.exporter.geometry;

import java.util.List;

/**
 * Overlapping windows, each of which becomes a token.
 *
 * @param kernel side of a window
 * @param stride between windows
 * @param padding zeros on every side
 */
public record SoftSplit(int kernel, int stride, int padding) {
  /** The second and third split of every T2T-ViT. */
  public static final SoftSplit LATER = new SoftSplit(3, 2, 1);

  /** The authors' first splits: 7x7, 10x10 and 14x14 tokens of a picture of 224 pixels. */
  public static final List<SoftSplit> KNOWN =
      List.of(new SoftSplit(14, 8, 3), new SoftSplit(11, 6, 5), new SoftSplit(7, 4, 2));

  public SoftSplit {
    if (kernel < 1 || stride < 1 || padding < 0 || padding >= kernel) {
      throw new GeometryException(
          "soft split",
          kernel + "/" + stride + "/" + padding,
          "kernel >= 1, stride >= 1, 0 <= padding < kernel");
    }
  }

  /** Windows along one side: floor((size + 2 padding - kernel) / stride) + 1. */
  public int windows(int size) {
    int room = size + 2 * padding - kernel;
    if (room < 0) {
      throw new GeometryException(
          "size", size, "at least kernel " + kernel + " - 2 * padding " + padding);
    }
    return room / stride + 1;
  }
}
