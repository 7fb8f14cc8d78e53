package ai.dvt.cascade.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor in C order.
 *
 * @param shape every dimension {@code >= 0}; empty for a scalar
 * @param data the elements, little-endian, from 0 to the limit; shared, not copied, and never to be
 *     written
 */
public record NpyArray(NpyType type, List<Integer> shape, ByteBuffer data) {
  public NpyArray {
    shape = List.copyOf(shape);
    long bytes = type.bytes();
    for (int dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("shape: " + shape + " (expected: dimensions >= 0)");
      }
      bytes = Math.multiplyExact(bytes, dimension);
    }
    if (data.limit() != bytes) {
      throw new IllegalArgumentException(
          "data: " + data.limit() + " bytes (expected: " + bytes + " for " + shape + ")");
    }
    data = data.asReadOnlyBuffer().rewind().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A heap float32 tensor; the values are copied. */
  public static NpyArray ofFloats(float[] values, int... shape) {
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    List<Integer> dimensions = new ArrayList<>();
    for (int dimension : shape) {
      dimensions.add(dimension);
    }
    return new NpyArray(NpyType.FLOAT32, dimensions, data);
  }

  /** The elements, little-endian, read-only, from 0 to the limit; a view with its own position. */
  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Number of elements. */
  public int elements() {
    return data.limit() / type.bytes();
  }

  /**
   * A view of a float32 tensor, direct if the file was read directly.
   *
   * @throws IllegalStateException for another type; {@link #toFloats} converts
   */
  public FloatBuffer floatBuffer() {
    if (type != NpyType.FLOAT32) {
      throw new IllegalStateException("type: " + type + " (expected: FLOAT32)");
    }
    return data().asFloatBuffer();
  }

  /** All elements as float32, converted where the type is another. */
  public float[] toFloats() {
    float[] values = new float[elements()];
    if (type == NpyType.FLOAT32) {
      data().asFloatBuffer().get(values);
      return values;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) doubleAt(i);
    }
    return values;
  }

  /** All elements as float64. */
  public double[] toDoubles() {
    double[] values = new double[elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = doubleAt(i);
    }
    return values;
  }

  /**
   * All elements of an integer tensor.
   *
   * @throws IllegalStateException for a floating-point type
   */
  public long[] toLongs() {
    long[] values = new long[elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case INT32 -> data.getInt(4 * i);
            case INT64 -> data.getLong(8 * i);
            case UINT8 -> Byte.toUnsignedLong(data.get(i));
            default ->
                throw new IllegalStateException("type: " + type + " (expected: an integer type)");
          };
    }
    return values;
  }

  private double doubleAt(int i) {
    return switch (type) {
      case FLOAT16 -> widened(data.getShort(2 * i));
      case FLOAT32 -> data.getFloat(4 * i);
      case FLOAT64 -> data.getDouble(8 * i);
      case INT32 -> data.getInt(4 * i);
      case INT64 -> data.getLong(8 * i);
      case UINT8 -> Byte.toUnsignedInt(data.get(i));
    };
  }

  /** IEEE binary16; Java has no conversion before 20. */
  private static float widened(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >> 10 & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float value = fraction * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    int biased = exponent == 31 ? 255 : exponent + 112;
    return Float.intBitsToFloat(sign | biased << 23 | fraction << 13);
  }
}
