package ai.dvt.exporter.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** A stretch of a file, mapped read-only when it is first needed; a small one is read instead. */
final class FileRegion {
  private static final int SMALL = 4096;

  private final OpenFile file;
  private final String what;
  private final long offset;
  private final long length;
  private ByteBuffer mapped;

  /**
   * @param what names the stretch in messages
   * @throws CheckpointException if it does not lie inside the file
   */
  FileRegion(OpenFile file, String what, long offset, long length) {
    if (offset < 0 || length < 0 || offset > file.size() - length) {
      throw file.error(
          what
              + ": bytes "
              + offset
              + " to "
              + offset
              + " + "
              + length
              + " (expected: inside the file of "
              + file.size()
              + " bytes)");
    }
    this.file = file;
    this.what = what;
    this.offset = offset;
    this.length = length;
  }

  long offset() {
    return offset;
  }

  long length() {
    return length;
  }

  /** A fresh little-endian view of the whole stretch. */
  synchronized ByteBuffer buffer() {
    if (!file.channel().isOpen()) {
      throw file.error(what + ": read after the file was closed (expected: an open file)");
    }
    if (mapped == null) {
      mapped = map();
    }
    return mapped.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer map() {
    if (length > Integer.MAX_VALUE) {
      throw file.error(what + ": " + length + " bytes (expected: under 2 GiB)");
    }
    try {
      if (length <= SMALL) {
        return read();
      }
      return file.channel().map(FileChannel.MapMode.READ_ONLY, offset, length);
    } catch (IOException e) {
      throw file.error(what + ": cannot be mapped: " + e.getMessage());
    }
  }

  private ByteBuffer read() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    while (bytes.hasRemaining()) {
      if (file.channel().read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("the file has become shorter");
      }
    }
    return bytes.flip().asReadOnlyBuffer();
  }
}
