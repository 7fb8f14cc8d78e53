package ai.dvt.exporter.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes zip containers entry by entry, so that tests can write wrong ones. */
final class TorchZip {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(out);

  static TorchZip with(byte[] pickle) {
    return new TorchZip().entry("archive/data.pkl", pickle);
  }

  TorchZip entry(String name, byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    return put(entry, bytes);
  }

  TorchZip deflated(String name, byte[] bytes) {
    return put(new ZipEntry(name), bytes);
  }

  /** Storage {@code key} with float32 values. */
  TorchZip floats(String key, float... values) {
    return entry("archive/data/" + key, bytes(values));
  }

  byte[] bytes() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] bytes(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private TorchZip put(ZipEntry entry, byte[] bytes) {
    try {
      zip.putNextEntry(entry);
      zip.write(bytes);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }
}
