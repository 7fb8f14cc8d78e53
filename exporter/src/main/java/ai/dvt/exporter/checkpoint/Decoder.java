package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.weights.ElementType;
import java.nio.ByteBuffer;

/** Raw little-endian elements to row-major float32. */
final class Decoder {
  private Decoder() {}

  /**
   * @param data the storage, little-endian, from its first element
   * @return {@code layout.count()} numbers, widened or rounded to float32
   */
  static float[] decode(ByteBuffer data, ElementType type, Layout layout) {
    float[] values = new float[layout.count()];
    if (values.length == 0) {
      return values;
    }
    if (!layout.isDense()) {
      gather(data, type, layout, values);
    } else if (type == ElementType.FLOAT32) {
      data.position(Math.toIntExact(layout.offset() * Float.BYTES));
      data.slice().order(data.order()).asFloatBuffer().get(values);
    } else {
      int at = Math.toIntExact(layout.offset() * type.bytes());
      for (int i = 0; i < values.length; i++, at += type.bytes()) {
        values[i] = element(data, type, at);
      }
    }
    return values;
  }

  private static void gather(ByteBuffer data, ElementType type, Layout layout, float[] values) {
    int rank = layout.shape().size();
    int[] index = new int[rank];
    long at = layout.offset();
    for (int i = 0; i < values.length; i++) {
      values[i] = element(data, type, Math.toIntExact(at * type.bytes()));
      for (int axis = rank - 1; axis >= 0; axis--) {
        at += layout.strides().get(axis);
        if (++index[axis] < layout.shape().get(axis)) {
          break;
        }
        at -= layout.strides().get(axis) * layout.shape().get(axis);
        index[axis] = 0;
      }
    }
  }

  private static float element(ByteBuffer data, ElementType type, int at) {
    return switch (type) {
      case FLOAT64 -> (float) data.getDouble(at);
      case FLOAT32 -> data.getFloat(at);
      case FLOAT16 -> ofHalf(data.getShort(at));
      case BFLOAT16 -> Float.intBitsToFloat(data.getShort(at) << 16);
      case INT64 -> data.getLong(at);
      case INT32 -> data.getInt(at);
      case INT16 -> data.getShort(at);
      case INT8 -> data.get(at);
      case UINT8 -> data.get(at) & 0xff;
      case BOOL -> data.get(at) == 0 ? 0f : 1f;
    };
  }

  /** IEEE binary16 to binary32, exact; Java has its own only from 20 on. */
  static float ofHalf(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float subnormal = fraction * 0x1p-24f;
      return sign == 0 ? subnormal : -subnormal;
    }
    int widened = exponent == 0x1f ? 0xff : exponent + 112;
    return Float.intBitsToFloat(sign | widened << 23 | fraction << 13);
  }
}
