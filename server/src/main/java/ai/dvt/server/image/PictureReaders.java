package ai.dvt.server.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * The JDK's decoders and a buffer for pixels, kept between pictures; for one thread at a time.
 *
 * <p>The JDK's own readers are taken by name: a plug-in on the class path may decode other colours.
 */
final class PictureReaders {
  private static final String JDK_PACKAGE = "com.sun.imageio.plugins.";
  private static final int MAX_KEPT_BYTES = 8 << 20;

  /** A format and the JDK's name for it. */
  enum Format {
    JPEG("jpeg"),
    PNG("png"),
    BMP("bmp"),
    GIF("gif");

    private final String folder;

    Format(String folder) {
      this.folder = folder;
    }
  }

  private final Map<Format, ImageReader> readers = new EnumMap<>(Format.class);
  private final ComponentColorModel rgb =
      new ComponentColorModel(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          false,
          false,
          java.awt.Transparency.OPAQUE,
          DataBuffer.TYPE_BYTE);
  private byte[] pixels = new byte[0];

  /** At least so many bytes; the same array again and again unless the picture is large. */
  byte[] pixels(int bytes) {
    if (bytes > MAX_KEPT_BYTES) {
      return new byte[bytes];
    }
    if (pixels.length < bytes) {
      pixels = new byte[bytes];
    }
    return pixels;
  }

  /** Decodes 8-bit colour or grey into {@link #pixels}. */
  RgbPicture intoPixels(Format format, SegmentStream stream, int width, int height)
      throws IOException {
    byte[] target = pixels(3 * width * height);
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(target, target.length),
            width,
            height,
            3 * width,
            3,
            new int[] {0, 1, 2},
            null);
    ImageReader reader = open(format, stream);
    try {
      ImageReadParam param = reader.getDefaultReadParam();
      param.setDestination(new BufferedImage(rgb, raster, false, null));
      reader.read(0, param);
    } finally {
      close(format, reader);
    }
    return new RgbPicture(width, height, ByteBuffer.wrap(target));
  }

  /** Decodes without any colour conversion. */
  Raster raster(Format format, SegmentStream stream) throws IOException {
    ImageReader reader = open(format, stream);
    try {
      return reader.readRaster(0, null);
    } finally {
      close(format, reader);
    }
  }

  /** Decodes to the form that the reader prefers. */
  BufferedImage image(Format format, SegmentStream stream) throws IOException {
    ImageReader reader = open(format, stream);
    try {
      return reader.read(0);
    } finally {
      close(format, reader);
    }
  }

  private ImageReader open(Format format, SegmentStream stream) throws IOException {
    ImageReader reader = readers.get(format);
    if (reader == null) {
      reader = create(format);
      readers.put(format, reader);
    }
    reader.setInput(stream, true, true);
    return reader;
  }

  /** Forgets the input; a reader that cannot is replaced by a new one next time. */
  private void close(Format format, ImageReader reader) {
    try {
      reader.setInput(null);
    } catch (RuntimeException e) {
      readers.remove(format);
      reader.dispose();
    }
  }

  private static ImageReader create(Format format) throws IOException {
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
    while (providers.hasNext()) {
      ImageReaderSpi provider = providers.next();
      if (provider.getClass().getName().startsWith(JDK_PACKAGE + format.folder)) {
        return provider.createReaderInstance();
      }
    }
    throw new IOException("this JDK has no " + format + " reader");
  }
}
