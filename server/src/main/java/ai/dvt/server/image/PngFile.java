package ai.dvt.server.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A PNG file. The decoder sees the chunks that make pixels and no other, so that neither compressed
 * text nor a colour profile is ever opened.
 *
 * @param chunks pieces of the file that are a PNG file together
 */
record PngFile(int width, int height, List<ByteBuffer> chunks) implements PictureFile {
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504c5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454e44;
  private static final int SIGNATURE_BYTES = 8;
  private static final int FRAME_BYTES = 12;
  private static final byte[] END = {
    0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xae, 0x42, 0x60, (byte) 0x82
  };

  static PngFile open(ByteBuffer file, PictureLimits limits) throws PictureException {
    if (file.getInt(SIGNATURE_BYTES + 4) != IHDR || file.getInt(SIGNATURE_BYTES) != 13) {
      throw new PictureException("", "a PNG file without IHDR", "a whole file");
    }
    long width = file.getInt(16) & 0xffffffffL;
    long height = file.getInt(20) & 0xffffffffL;
    limits.check("", width, height);
    int at = SIGNATURE_BYTES + FRAME_BYTES + 13;
    List<ByteBuffer> chunks = new ArrayList<>();
    chunks.add(file.slice(0, at));
    int dataStart = -1;
    while (at < file.capacity()) {
      long length = file.getInt(at) & 0xffffffffL;
      int type = file.getInt(at + 4);
      boolean data = type == IDAT;
      if (dataStart >= 0 && !data) {
        break;
      }
      if (type == IEND) {
        break;
      }
      long end = at + FRAME_BYTES + length;
      if (end > file.capacity()) {
        throw new PictureException("", "a PNG file that ends early", "a whole file");
      }
      if (type == PLTE) {
        chunks.add(file.slice(at, (int) end - at));
      }
      if (data && dataStart < 0) {
        dataStart = at;
      }
      at = (int) end;
    }
    if (dataStart < 0) {
      throw new PictureException("", "a PNG file without IDAT", "a whole file");
    }
    chunks.add(file.slice(dataStart, at - dataStart));
    chunks.add(ByteBuffer.wrap(END));
    return new PngFile((int) width, (int) height, chunks);
  }

  @Override
  public RgbPicture decode(PictureReaders readers) throws IOException {
    return SampleRows.toRgb(
        readers.image(PictureReaders.Format.PNG, new SegmentStream(chunks)), readers);
  }
}
