package ai.dvt.exporter.checkpoint.pickle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Reads the operands of opcodes; never past the end, never allocating before it knows. */
final class PickleBytes {
  private final ByteBuffer source;

  PickleBytes(ByteBuffer source) {
    this.source = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  int position() {
    return source.position();
  }

  int u1() {
    return need(1).get() & 0xff;
  }

  int u2() {
    return need(2).getShort() & 0xffff;
  }

  int i4() {
    return need(4).getInt();
  }

  long i8() {
    return need(8).getLong();
  }

  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(i8()));
  }

  byte[] bytes(long length) {
    byte[] bytes = new byte[checked(length)];
    source.get(bytes);
    return bytes;
  }

  String text(long length) {
    return decode(bytes(length), StandardCharsets.UTF_8);
  }

  /** Text up to a line feed, which is consumed. */
  String line() {
    int start = source.position();
    int end = start;
    while (end < source.limit() && source.get(end) != '\n') {
      end++;
    }
    if (end == source.limit()) {
      throw new PickleException("line without end (expected: a line feed)");
    }
    String line = text(end - start);
    source.get();
    return line;
  }

  static String decode(byte[] bytes, Charset charset) {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new PickleException("text is not valid " + charset + " (expected: valid text)");
    }
  }

  private int checked(long length) {
    if (length < 0 || length > source.remaining()) {
      throw new PickleException(
          "length " + length + " (expected: 0.." + source.remaining() + ", what is left)");
    }
    return (int) length;
  }

  private ByteBuffer need(int bytes) {
    if (source.remaining() < bytes) {
      throw new PickleException("ends in the middle of an instruction (expected: STOP)");
    }
    return source;
  }
}
