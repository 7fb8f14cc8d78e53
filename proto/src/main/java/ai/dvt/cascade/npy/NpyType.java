package ai.dvt.cascade.npy;

import java.util.Optional;

/** Element types, little-endian. */
public enum NpyType {
  FLOAT16("<f2", 2),
  FLOAT32("<f4", 4),
  FLOAT64("<f8", 8),
  INT32("<i4", 4),
  INT64("<i8", 8),
  UINT8("|u1", 1);

  private final String descr;
  private final int bytes;

  NpyType(String descr, int bytes) {
    this.descr = descr;
    this.bytes = bytes;
  }

  /** NumPy's name, e.g. {@code <f4}. */
  public String descr() {
    return descr;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  static Optional<NpyType> of(String descr) {
    for (NpyType type : values()) {
      // For single bytes NumPy writes '|', but accepts '<' too.
      if (type.descr.equals(descr) || (type == UINT8 && descr.equals("<u1"))) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
