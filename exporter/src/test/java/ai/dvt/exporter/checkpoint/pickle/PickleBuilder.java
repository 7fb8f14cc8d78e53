package ai.dvt.exporter.checkpoint.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles opcode by opcode, so that tests can write wrong ones. */
public final class PickleBuilder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public static PickleBuilder protocol2() {
    return new PickleBuilder().raw(0x80, 2);
  }

  /** Opcodes and operands as they are. */
  public PickleBuilder raw(int... bytes) {
    for (int value : bytes) {
      out.write(value);
    }
    return this;
  }

  public PickleBuilder op(String opcodes) {
    out.writeBytes(opcodes.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  public PickleBuilder global(String module, String name) {
    return op("c" + module + "\n" + name + "\n");
  }

  public PickleBuilder text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    op("X").little(4, bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  /** An integer as LONG1 of eight bytes. */
  public PickleBuilder integer(long value) {
    return raw(0x8a, 8).little(8, value);
  }

  public PickleBuilder little(int bytes, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    out.write(buffer.array(), 0, bytes);
    return this;
  }

  public PickleBuilder integers(long... values) {
    op("(");
    for (long value : values) {
      integer(value);
    }
    return op("t");
  }

  /** A persistent id of a zip container. */
  public PickleBuilder storage(String type, String key, long count) {
    return op("(")
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cuda:0")
        .integer(count)
        .op("tQ");
  }

  /** A tensor over a storage. */
  public PickleBuilder tensor(
      String type, String key, long count, long offset, long[] sizes, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op("(")
        .storage(type, key, count)
        .integer(offset)
        .integers(sizes)
        .integers(strides)
        .raw(0x89)
        .global("collections", "OrderedDict")
        .op(")RtR");
  }

  /** A dict with one tensor under one name. */
  public static byte[] dictOf(String name, PickleBuilder tensor) {
    return protocol2().op("}").text(name).append(tensor).op("s.").bytes();
  }

  public PickleBuilder append(PickleBuilder other) {
    out.writeBytes(other.bytes());
    return this;
  }

  public byte[] bytes() {
    return out.toByteArray();
  }
}
