package ai.dvt.server.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** What the markers of a JPEG file say before the first scan. */
final class JpegMarkers {
  private static final int MAX_TABLE_BYTES = 1 << 20;
  private static final int SOF0 = 0xc0;
  private static final int SOF2 = 0xc2;
  private static final int DHT = 0xc4;
  private static final int JPG = 0xc8;
  private static final int DAC = 0xcc;
  private static final int SOF15 = 0xcf;
  private static final int TEM = 0x01;
  private static final int RST0 = 0xd0;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COM = 0xfe;

  private final ByteBuffer file;
  private final PictureLimits limits;
  private final ByteArrayOutputStream tables = new ByteArrayOutputStream(1024);
  private int firstScan;
  private int width;
  private int height;
  private int process;
  private int[] componentIds = {};
  private boolean jfif;
  private int adobeTransform = -1;

  private JpegMarkers(ByteBuffer file, PictureLimits limits) {
    this.file = file;
    this.limits = limits;
  }

  /**
   * Reads up to the first scan.
   *
   * @throws IndexOutOfBoundsException if the file ends before
   */
  static JpegMarkers read(ByteBuffer file, PictureLimits limits) throws PictureException {
    JpegMarkers markers = new JpegMarkers(file, limits);
    int at = 2;
    while (true) {
      while ((file.get(at) & 0xff) != 0xff) {
        at++;
      }
      while ((file.get(at) & 0xff) == 0xff) {
        at++;
      }
      int marker = file.get(at++) & 0xff;
      if (marker == 0 || marker == TEM || (marker >= RST0 && marker < EOI)) {
        continue;
      }
      if (marker == EOI) {
        throw new PictureException("", "a JPEG file without a picture", "a whole file");
      }
      int length = file.getShort(at) & 0xffff;
      if (length < 2) {
        throw new PictureException("", "a JPEG segment of " + length + " bytes", ">= 2");
      }
      if (marker == SOS) {
        break;
      }
      if (file.capacity() < at + length) {
        throw new IndexOutOfBoundsException(at + length);
      }
      markers.segment(marker, at, length);
      at += length;
    }
    if (markers.process == 0) {
      throw new PictureException("", "a JPEG file without a frame", "a whole file");
    }
    markers.firstScan = at - 2;
    return markers;
  }

  /** Segments with tables and the frame, in order, as they stand in the file. */
  byte[] tables() {
    return tables.toByteArray();
  }

  /** Where the first scan's marker stands. */
  int firstScan() {
    return firstScan;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  int components() {
    return componentIds.length;
  }

  boolean progressive() {
    return process == SOF2;
  }

  /** Whether colours are stored as luminance and chrominance, by libjpeg's rules. */
  boolean transformed() {
    if (componentIds.length == 3) {
      if (jfif) {
        return true;
      }
      if (adobeTransform >= 0) {
        return adobeTransform != 0;
      }
      return componentIds[0] != 'R' || componentIds[1] != 'G' || componentIds[2] != 'B';
    }
    return componentIds.length == 4 && adobeTransform == 2;
  }

  /**
   * @param at where the segment's length stands
   */
  private void segment(int marker, int at, int length) throws PictureException {
    if (marker == APP0) {
      jfif |= length >= 16 && text(at + 2, "JFIF\0");
    } else if (marker == APP14) {
      if (length >= 14 && text(at + 2, "Adobe")) {
        adobeTransform = file.get(at + 13) & 0xff;
      }
    } else if ((marker < APP0 || marker > APP15) && marker != COM) {
      if (marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC) {
        frame(marker, at, length);
      }
      keep(marker, at, length);
    }
  }

  private void keep(int marker, int at, int length) throws PictureException {
    if (tables.size() + length > MAX_TABLE_BYTES) {
      throw new PictureException(
          "", "a JPEG file with over " + MAX_TABLE_BYTES + " bytes of tables", "fewer");
    }
    byte[] bytes = new byte[length];
    file.get(at, bytes);
    tables.write(0xff);
    tables.write(marker);
    tables.write(bytes, 0, length);
  }

  private void frame(int marker, int at, int length) throws PictureException {
    if (process != 0) {
      throw new PictureException("", "a JPEG file with two frames", "one frame");
    }
    if (marker > SOF2) {
      throw new PictureException(
          "", "a JPEG file of process " + (marker - SOF0), "baseline or progressive");
    }
    process = marker;
    int bits = file.get(at + 2) & 0xff;
    if (bits != 8) {
      throw new PictureException("", "a JPEG file of " + bits + " bits a sample", "8 bits");
    }
    height = file.getShort(at + 3) & 0xffff;
    width = file.getShort(at + 5) & 0xffff;
    limits.check("", width, height);
    int components = file.get(at + 7) & 0xff;
    if ((components != 1 && components != 3 && components != 4) || length != 8 + 3 * components) {
      throw new PictureException("", "a JPEG file of " + components + " components", "1, 3 or 4");
    }
    componentIds = new int[components];
    for (int i = 0; i < components; i++) {
      componentIds[i] = file.get(at + 8 + 3 * i) & 0xff;
    }
  }

  private boolean text(int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (file.get(at + i) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
