package ai.dvt.cascade;

import java.util.List;

/**
 * From a picture to the normalised input, equal to Pillow's and torchvision's steps.
 *
 * @param resizeSide with {@link Resize#SHORTER_SIDE}: pixels of the shorter side before the crop
 * @param mean R, G, B of values in [0, 1]
 * @param std R, G, B of values in [0, 1], each {@code > 0}
 */
public record Preprocessing(
    int height, int width, Resize resize, int resizeSide, List<Float> mean, List<Float> std) {
  /** How a picture comes to the input size. */
  public enum Resize {
    /**
     * Antialiased bicubic so that the shorter side has {@code resizeSide} pixels, then a centre
     * crop.
     */
    SHORTER_SIDE,
    /** Antialiased bicubic to height x width, aspect ratio ignored. */
    STRETCH,
    /** None: only pictures of exactly height x width. */
    NONE
  }

  /**
   * What every value of a pixel is in the model's input, (x / 255 - mean) / std in float32 steps,
   * as torchvision's ToTensor and Normalize.
   *
   * @return [3, 256], by channel
   */
  public float[] normalised() {
    float[] table = new float[3 * 256];
    for (int channel = 0; channel < 3; channel++) {
      for (int value = 0; value < 256; value++) {
        table[channel << 8 | value] = (value / 255f - mean.get(channel)) / std.get(channel);
      }
    }
    return table;
  }

  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (height < 1 || width < 1 || height > 8192 || width > 8192) {
      throw new ContractException("input size", height + "x" + width, "1x1 to 8192x8192");
    }
    if (resize == Resize.SHORTER_SIDE && resizeSide < Math.max(height, width)) {
      throw new ContractException(
          "resize_side", resizeSide, ">= " + Math.max(height, width) + ", the crop");
    }
    if (mean.size() != 3 || std.size() != 3) {
      throw new ContractException("mean, std", mean + ", " + std, "three values each");
    }
    for (float value : mean) {
      if (!Float.isFinite(value)) {
        throw new ContractException("mean", mean, "finite values");
      }
    }
    for (float value : std) {
      if (!(value > 0 && Float.isFinite(value))) {
        throw new ContractException("std", std, "values > 0");
      }
    }
  }
}
