package ai.dvt.server.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A JPEG file, baseline or progressive, 8 bits a sample.
 *
 * <p>The decoder sees a header of our own: the tables as they are, without comments, EXIF and
 * colour profiles, and with an Adobe marker that says what libjpeg would conclude from the whole
 * header, so that every decoder comes to the same colours.
 *
 * @param components 1 grey, 3 colour, 4 CMYK as Adobe stores it, inverted
 * @param transformed whether colours are stored as luminance and chrominance
 * @param header up to the first scan
 * @param scans the rest of the file
 */
record JpegFile(
    int width, int height, int components, boolean transformed, byte[] header, ByteBuffer scans)
    implements PictureFile {
  private static final int MAX_SCANS = 500;

  static JpegFile open(ByteBuffer file, PictureLimits limits) throws PictureException {
    JpegMarkers markers = JpegMarkers.read(file, limits);
    ByteBuffer scans = file.slice(markers.firstScan(), file.capacity() - markers.firstScan());
    if (markers.progressive()) {
      checkScans(scans);
    }
    return new JpegFile(
        markers.width(),
        markers.height(),
        markers.components(),
        markers.transformed(),
        header(markers),
        scans);
  }

  private static byte[] header(JpegMarkers markers) {
    byte[] tables = markers.tables();
    int transform = !markers.transformed() ? 0 : markers.components() == 3 ? 1 : 2;
    ByteBuffer header = ByteBuffer.allocate(18 + tables.length);
    header.putShort((short) 0xffd8);
    if (markers.components() > 1) {
      header.putShort((short) 0xffee).putShort((short) 14);
      header.put(new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform});
    }
    header.put(tables);
    byte[] bytes = new byte[header.position()];
    header.get(0, bytes);
    return bytes;
  }

  /** A progressive file may ask for any number of passes over all pixels. */
  private static void checkScans(ByteBuffer scans) throws PictureException {
    int count = 0;
    for (int i = 0; i + 1 < scans.capacity(); i++) {
      if (scans.get(i) == (byte) 0xff && scans.get(i + 1) == (byte) 0xda && ++count > MAX_SCANS) {
        throw new PictureException(
            "", "a JPEG file of over " + MAX_SCANS + " scans", "at most " + MAX_SCANS);
      }
    }
  }

  @Override
  public RgbPicture decode(PictureReaders readers) throws PictureException, IOException {
    SegmentStream stream = new SegmentStream(List.of(ByteBuffer.wrap(header), scans));
    RgbPicture picture =
        components == 4
            ? CmykRows.toRgb(
                readers.raster(PictureReaders.Format.JPEG, stream),
                transformed,
                readers.pixels(3 * width * height))
            : readers.intoPixels(PictureReaders.Format.JPEG, stream, width, height);
    if (stream.exhausted()) {
      throw new PictureException("", "a JPEG file that ends early", "a whole file");
    }
    return picture;
  }
}
