package ai.dvt.exporter.checkpoint;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where each entry's bytes lie in a zip file, read from its central directory: only there do
 * torch's files hold sizes, and only with the place known can an entry be mapped. {@code
 * java.util.zip.ZipFile} keeps that place to itself.
 */
final class ZipIndex {
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_LOCATOR = 0x07064b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_LENGTH = 22;
  private static final int END_64_LENGTH = 56;
  private static final int LOCATOR_LENGTH = 20;
  private static final int LOCAL_LENGTH = 30;
  private static final int MAX_COMMENT = 0xffff;
  private static final int MAX_DIRECTORY = 64 << 20;
  private static final long IN_ZIP64 = 0xffffffffL;

  private final OpenFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private long directoryOffset;

  /**
   * @param length bytes as stored
   * @param method 0 = stored
   */
  private record Entry(long localHeader, long length, int method, boolean encrypted) {}

  ZipIndex(OpenFile file) {
    this.file = file;
    try {
      readDirectory();
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw file.error("zip: directory is cut off (expected: a whole zip file)", e);
    }
  }

  /** All entry names, in directory order. */
  Iterable<String> names() {
    return entries.keySet();
  }

  boolean has(String name) {
    return entries.containsKey(name);
  }

  /**
   * The bytes of an entry.
   *
   * @throws CheckpointException if it is absent, compressed, or not inside the file
   */
  FileRegion region(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw file.error("entry " + name + ": absent (expected: this entry)");
    }
    if (entry.method != 0 || entry.encrypted) {
      throw file.error(
          "entry "
              + name
              + ": compressed with method "
              + entry.method
              + (entry.encrypted ? ", encrypted" : "")
              + " (expected: stored, as torch.save writes it)");
    }
    String what = "entry " + name;
    ByteBuffer header = new FileRegion(file, what, entry.localHeader, LOCAL_LENGTH).buffer();
    if (header.getInt(0) != LOCAL) {
      throw file.error(what + ": no local header (expected: one at " + entry.localHeader + ")");
    }
    long data =
        entry.localHeader
            + LOCAL_LENGTH
            + (header.getShort(26) & 0xffff)
            + (header.getShort(28) & 0xffff);
    if (entry.length > directoryOffset - data) {
      throw file.error(
          what + ": " + entry.length + " bytes (expected: an end before the directory)");
    }
    return new FileRegion(file, what, data, entry.length);
  }

  private void readDirectory() {
    int tailLength = (int) Math.min(file.size(), END_LENGTH + MAX_COMMENT);
    long tailOffset = file.size() - tailLength;
    ByteBuffer tail = new FileRegion(file, "zip end", tailOffset, tailLength).buffer();
    int end = findEnd(tail);
    long count = tail.getShort(end + 10) & 0xffff;
    long length = tail.getInt(end + 12) & IN_ZIP64;
    directoryOffset = tail.getInt(end + 16) & IN_ZIP64;
    long endOffset = tailOffset + end;
    long locator = endOffset - LOCATOR_LENGTH;
    if (locator >= 0) {
      ByteBuffer where = new FileRegion(file, "zip64 locator", locator, LOCATOR_LENGTH).buffer();
      if (where.getInt(0) == END_64_LOCATOR) {
        ByteBuffer big =
            new FileRegion(file, "zip64 end record", where.getLong(8), END_64_LENGTH).buffer();
        if (big.getInt(0) != END_64) {
          throw file.error("zip: no zip64 end record (expected: one at " + where.getLong(8) + ")");
        }
        count = big.getLong(32);
        length = big.getLong(40);
        directoryOffset = big.getLong(48);
      }
    }
    if (length < 0 || length > MAX_DIRECTORY) {
      throw file.error(
          "zip: directory of " + length + " bytes (expected: at most " + MAX_DIRECTORY + ")");
    }
    if (directoryOffset < 0 || directoryOffset > endOffset - length) {
      throw file.error(
          "zip: directory at " + directoryOffset + " (expected: before its end record)");
    }
    ByteBuffer directory = new FileRegion(file, "zip directory", directoryOffset, length).buffer();
    for (long i = 0; i < count; i++) {
      readEntry(directory);
    }
  }

  private int findEnd(ByteBuffer tail) {
    for (int at = tail.limit() - END_LENGTH; at >= 0; at--) {
      if (tail.getInt(at) == END
          && at + END_LENGTH + (tail.getShort(at + 20) & 0xffff) == tail.limit()) {
        return at;
      }
    }
    throw file.error("zip: no end record (expected: a whole file; this one is cut off)");
  }

  private void readEntry(ByteBuffer directory) {
    if (directory.getInt() != CENTRAL) {
      throw file.error("zip: directory is damaged (expected: an entry's signature)");
    }
    directory.position(directory.position() + 4); // versions
    int flags = directory.getShort();
    int method = directory.getShort() & 0xffff;
    directory.position(directory.position() + 8); // time, date, CRC
    long stored = directory.getInt() & IN_ZIP64;
    long length = directory.getInt() & IN_ZIP64;
    byte[] name = new byte[directory.getShort() & 0xffff];
    int extraLength = directory.getShort() & 0xffff;
    int commentLength = directory.getShort() & 0xffff;
    directory.position(directory.position() + 8); // disk, attributes
    long localHeader = directory.getInt() & IN_ZIP64;
    directory.get(name);
    ByteBuffer extra = directory.slice().order(ByteOrder.LITTLE_ENDIAN).limit(extraLength);
    directory.position(directory.position() + extraLength + commentLength);
    ByteBuffer big = zip64(extra);
    length = length == IN_ZIP64 && big.hasRemaining() ? big.getLong() : length;
    stored = stored == IN_ZIP64 && big.hasRemaining() ? big.getLong() : stored;
    localHeader = localHeader == IN_ZIP64 && big.hasRemaining() ? big.getLong() : localHeader;
    String text = new String(name, StandardCharsets.UTF_8);
    if (method == 0 && stored != length) {
      throw file.error(
          "entry " + text + ": " + stored + " bytes stored for " + length + " (expected: equal)");
    }
    Entry entry = new Entry(localHeader, stored, method, (flags & 1) != 0);
    if (entries.put(text, entry) != null) {
      throw file.error("entry " + text + ": twice in the zip directory (expected: once)");
    }
  }

  /** The body of the zip64 field, empty if there is none. */
  private static ByteBuffer zip64(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xffff;
      int length = extra.getShort() & 0xffff;
      if (id == 1) {
        return extra.slice().order(ByteOrder.LITTLE_ENDIAN).limit(length);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }
}
