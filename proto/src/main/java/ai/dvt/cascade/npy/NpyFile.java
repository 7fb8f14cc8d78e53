package ai.dvt.cascade.npy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads and writes {@code .npy} files. */
public final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;

  private NpyFile() {}

  /**
   * Reads a whole file to the heap.
   *
   * @throws NpyException naming the file and the rule that its header or length breaks
   */
  public static NpyArray read(Path file) throws IOException {
    return read(file, false);
  }

  /** As {@link #read}, to a direct buffer that is garbage-collected. */
  public static NpyArray readDirect(Path file) throws IOException {
    return read(file, true);
  }

  private static NpyArray read(Path file, boolean direct) throws IOException {
    String source = file.getFileName().toString();
    try (FileChannel channel = FileChannel.open(file)) {
      NpyHeader header = header(source, channel, channel.size());
      int bytes = NpyHeader.checkedBytes(source, header.type(), header.shape());
      long left = channel.size() - channel.position();
      if (left != bytes) {
        throw new NpyException(
            source,
            "data",
            left + " bytes",
            bytes + " bytes for " + header.shape() + " of " + header.type().descr());
      }
      ByteBuffer data = direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
      fill(source, channel, data);
      return new NpyArray(header.type(), header.shape(), data);
    }
  }

  private static NpyHeader header(String source, ReadableByteChannel channel, long size)
      throws IOException {
    ByteBuffer start = ByteBuffer.allocate(8);
    fill(source, channel, start);
    for (int i = 0; i < MAGIC.length; i++) {
      if (start.get(i) != MAGIC[i]) {
        throw new NpyException(source, "magic", "other bytes", "\\x93NUMPY");
      }
    }
    int major = Byte.toUnsignedInt(start.get(6));
    int minor = Byte.toUnsignedInt(start.get(7));
    if (minor != 0 || (major != 1 && major != 2)) {
      throw new NpyException(source, "version", major + "." + minor, "1.0 or 2.0");
    }
    ByteBuffer length = ByteBuffer.allocate(major == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    fill(source, channel, length);
    long textBytes =
        major == 1
            ? Short.toUnsignedLong(length.getShort(0))
            : Integer.toUnsignedLong(length.getInt(0));
    if (textBytes > NpyHeader.MAX_TEXT || textBytes > size) {
      throw new NpyException(
          source,
          "header length",
          textBytes,
          "at most " + NpyHeader.MAX_TEXT + " and inside the file");
    }
    ByteBuffer text = ByteBuffer.allocate((int) textBytes);
    fill(source, channel, text);
    return NpyHeader.parse(source, new String(text.array(), StandardCharsets.ISO_8859_1));
  }

  private static void fill(String source, ReadableByteChannel channel, ByteBuffer buffer)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new NpyException(
            source, "length", "ends early", buffer.remaining() + " more bytes of header or data");
      }
    }
    buffer.flip();
  }

  /** Writes a new file, version 1; refuses an existing one. */
  public static void write(Path file, NpyArray array) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      write(channel, array);
    }
  }

  private static void write(WritableByteChannel channel, NpyArray array) throws IOException {
    byte[] text =
        new NpyHeader(array.type(), array.shape()).text().getBytes(StandardCharsets.US_ASCII);
    int before = MAGIC.length + 2 + 2;
    int padded = (before + text.length + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (padded - before)).put(text);
    while (header.position() < padded - 1) {
      header.put((byte) ' ');
    }
    header.put((byte) '\n').flip();
    put(channel, header);
    put(channel, array.data());
  }

  private static void put(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
