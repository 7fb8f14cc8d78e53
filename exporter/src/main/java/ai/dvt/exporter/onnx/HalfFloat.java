package ai.dvt.exporter.onnx;

/** Narrows float32 to IEEE 754 binary16, which Java 17 has no method for. */
final class HalfFloat {
  private HalfFloat() {}

  /** To nearest, ties to even; too large becomes infinite, NaN stays NaN. */
  static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x47800000) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude >= 0x38800000) {
      int rebiased = magnitude - 0x38000000;
      return (short) (sign | shiftToEven(rebiased, 13));
    }
    if (magnitude < 0x33000000) {
      return (short) sign;
    }
    int exponent = magnitude >>> 23;
    int significand = magnitude & 0x7fffff | 0x800000;
    return (short) (sign | shiftToEven(significand, 126 - exponent));
  }

  private static int shiftToEven(int value, int shift) {
    int kept = value >>> shift;
    int rest = value & (1 << shift) - 1;
    int half = 1 << shift - 1;
    return rest > half || rest == half && (kept & 1) == 1 ? kept + 1 : kept;
  }
}
