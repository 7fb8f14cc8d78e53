package ai.dvt.server.image;

import ai.dvt.server.engine.InputRow;
import java.nio.ByteBuffer;

/** A cropped picture, kept as uint8 until its batch is gathered. */
final class PixelRow implements InputRow {
  private final float[] normalised;
  private final PixelArrays arrays;
  private final int bytes;
  private byte[] pixels;

  /**
   * @param pixels uint8 [3, height, width], owned until {@link #done}
   * @param normalised (x / 255 - mean) / std of every channel's 256 values, float32 [3, 256]
   * @param arrays gets the pixels back
   */
  PixelRow(byte[] pixels, float[] normalised, PixelArrays arrays) {
    this.pixels = pixels;
    this.bytes = pixels.length;
    this.normalised = normalised;
    this.arrays = arrays;
  }

  @Override
  public long queuedBytes() {
    return bytes;
  }

  @Override
  public synchronized void writeTo(ByteBuffer row) {
    if (pixels == null) {
      throw new IllegalStateException("a row that is done");
    }
    write(pixels, normalised, row);
  }

  @Override
  public synchronized boolean writePixels(ByteBuffer row) {
    if (pixels == null) {
      throw new IllegalStateException("a row that is done");
    }
    row.put(pixels);
    return true;
  }

  private static void write(byte[] pixels, float[] normalised, ByteBuffer row) {
    int plane = pixels.length / 3;
    int at = row.position();
    for (int channel = 0; channel < 3; channel++) {
      int table = channel << 8;
      int end = (channel + 1) * plane;
      for (int i = channel * plane; i < end; i++) {
        row.putFloat(at, normalised[table | (pixels[i] & 0xff)]);
        at += Float.BYTES;
      }
    }
  }

  @Override
  public synchronized void done() {
    if (pixels != null) {
      arrays.giveBack(pixels);
      pixels = null;
    }
  }
}
