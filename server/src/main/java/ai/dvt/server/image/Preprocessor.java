package ai.dvt.server.image;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.server.engine.InputRow;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * From pixels to a model's input, bit for bit as Pillow and torchvision do it: antialiased bicubic
 * on uint8, centre crop, then (x / 255 - mean) / std. Only what the crop shows is computed. Safe
 * from any thread.
 */
public final class Preprocessor {
  private static final int CACHED_AXES = 64;

  private final Preprocessing preprocessing;
  private final float[] normalised;
  private final Map<Axis, ResampleWeights> axes;
  private final PixelArrays arrays;
  private final ThreadLocal<Resampler> resampler = ThreadLocal.withInitial(Resampler::new);

  public Preprocessor(Preprocessing preprocessing) {
    this.preprocessing = preprocessing;
    this.normalised = preprocessing.normalised();
    this.arrays = new PixelArrays(3 * preprocessing.height() * preprocessing.width());
    this.axes =
        new LinkedHashMap<>(2 * CACHED_AXES, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Axis, ResampleWeights> eldest) {
            return size() > CACHED_AXES;
          }
        };
  }

  /**
   * One axis of a resize and the range of it that is wanted.
   *
   * @param in pixels of the picture
   * @param out pixels after the resize, before the crop
   */
  private record Axis(int in, int out, int first, int count) {
    static Axis centred(int in, int out, int count) {
      return new Axis(in, out, (int) Math.rint((out - count) / 2.0), count);
    }
  }

  /**
   * Resizes and crops.
   *
   * @param picture not kept
   * @throws PictureException for a picture of another size where the model takes one size only
   */
  public InputRow row(RgbPicture picture) throws PictureException {
    return new PixelRow(crop(picture), normalised, arrays);
  }

  /**
   * The pixels before normalisation.
   *
   * @return uint8 [3, height, width]
   */
  byte[] crop(RgbPicture picture) throws PictureException {
    int width = picture.width();
    int height = picture.height();
    int cropWidth = preprocessing.width();
    int cropHeight = preprocessing.height();
    Axis x;
    Axis y;
    switch (preprocessing.resize()) {
      case NONE -> {
        if (width != cropWidth || height != cropHeight) {
          throw new PictureException(
              "",
              width + "x" + height + " pixels",
              cropWidth + "x" + cropHeight + ", the only size of a model that does not resize");
        }
        x = new Axis(width, width, 0, width);
        y = new Axis(height, height, 0, height);
      }
      case STRETCH -> {
        x = new Axis(width, cropWidth, 0, cropWidth);
        y = new Axis(height, cropHeight, 0, cropHeight);
      }
      default -> {
        int shorter = Math.min(width, height);
        x = Axis.centred(width, scaled(width, shorter), cropWidth);
        y = Axis.centred(height, scaled(height, shorter), cropHeight);
      }
    }
    byte[] pixels = arrays.take();
    resampler.get().resample(picture, weights(x), weights(y), pixels);
    return pixels;
  }

  /** The shorter side becomes exactly resizeSide; the longer is truncated, as in Python's int(). */
  private int scaled(int side, int shorter) {
    return (int) ((double) ((long) preprocessing.resizeSide() * side) / shorter);
  }

  private ResampleWeights weights(Axis axis) {
    synchronized (axes) {
      ResampleWeights known = axes.get(axis);
      if (known != null) {
        return known;
      }
    }
    ResampleWeights made =
        ResampleWeights.bicubic(axis.in(), axis.out(), axis.first(), axis.count());
    synchronized (axes) {
      axes.put(axis, made);
    }
    return made;
  }
}
