package ai.dvt.cascade;

/** Element types of tensors that cross a boundary. */
public enum DataType {
  FLOAT32(4),
  FLOAT16(2),
  UINT8(1),
  INT8(1),
  INT32(4),
  INT64(8);

  private final int bytes;

  DataType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
