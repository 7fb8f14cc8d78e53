package ai.dvt.server.image;

import ai.dvt.server.engine.InputRow;
import java.nio.ByteBuffer;

/**
 * A cropped picture, kept as uint8 until its batch is gathered.
 *
 * @param pixels uint8 [3, height, width], owned
 * @param normalised (x / 255 - mean) / std of every channel's 256 values, float32 [3, 256]
 */
record PixelRow(byte[] pixels, float[] normalised) implements InputRow {
  @Override
  public long queuedBytes() {
    return pixels.length;
  }

  @Override
  public void writeTo(ByteBuffer row) {
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
}
