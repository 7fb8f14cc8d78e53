package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A tensor that is known when the graph is built. Its elements are fetched only when they are
 * written, and are not kept.
 */
public final class Constant {
  private final String name;
  private final DataType dataType;
  private final Shape shape;
  private final boolean trained;
  private final Supplier<ByteBuffer> bytes;
  private final Supplier<float[]> floats;

  private Constant(
      String name,
      DataType dataType,
      Shape shape,
      boolean trained,
      Supplier<ByteBuffer> bytes,
      Supplier<float[]> floats) {
    if (shape.hasBatch()) {
      throw new GraphException("shape of constant " + name, shape, "numbers");
    }
    this.name = Objects.requireNonNull(name);
    this.dataType = dataType;
    this.shape = shape;
    this.trained = trained;
    this.bytes = bytes;
    this.floats = floats;
  }

  /**
   * A trained float32 tensor; {@link WeightStorage} may round how it is stored.
   *
   * @param floats row-major elements; asked for each time they are written
   */
  public static Constant weight(String name, Shape shape, Supplier<float[]> floats) {
    return floats(name, shape, true, floats);
  }

  /** A float32 tensor that is exact by definition, such as an interpolation matrix. */
  public static Constant exact(String name, Shape shape, Supplier<float[]> floats) {
    return floats(name, shape, false, floats);
  }

  /** A float32 scalar, shape []. */
  public static Constant scalar(String name, float value) {
    return exact(name, Shape.of(), () -> new float[] {value});
  }

  /** An int64 vector. */
  public static Constant longs(String name, long... values) {
    return longs(name, Shape.of(values.length), values);
  }

  /** An int32 tensor of any shape. */
  public static Constant ints(String name, Shape shape, int... values) {
    checkCount(name, shape, values.length);
    return new Constant(
        name,
        DataType.INT32,
        shape,
        false,
        () -> {
          ByteBuffer buffer = littleEndian(values.length * 4L);
          buffer.asIntBuffer().put(values);
          return buffer;
        },
        null);
  }

  /** An int64 tensor of any shape. */
  public static Constant longs(String name, Shape shape, long... values) {
    checkCount(name, shape, values.length);
    return new Constant(
        name,
        DataType.INT64,
        shape,
        false,
        () -> {
          ByteBuffer buffer = littleEndian(values.length * 8L);
          buffer.asLongBuffer().put(values);
          return buffer;
        },
        null);
  }

  /**
   * A tensor of one byte an element.
   *
   * @param dataType INT8 or UINT8
   * @param bytes row-major elements; asked for each time they are written
   */
  static Constant bytes(String name, DataType dataType, Shape shape, Supplier<byte[]> bytes) {
    return new Constant(
        name,
        dataType,
        shape,
        true,
        () -> {
          byte[] values = bytes.get();
          checkCount(name, shape, values.length);
          return ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
        },
        null);
  }

  private static Constant floats(
      String name, Shape shape, boolean trained, Supplier<float[]> floats) {
    Supplier<float[]> checked =
        () -> {
          float[] values = floats.get();
          checkCount(name, shape, values.length);
          return values;
        };
    return new Constant(
        name,
        DataType.FLOAT32,
        shape,
        trained,
        () -> {
          float[] values = checked.get();
          ByteBuffer buffer = littleEndian(values.length * 4L);
          buffer.asFloatBuffer().put(values);
          return buffer;
        },
        checked);
  }

  /** The same float32 elements under another name and shape. */
  public Constant reshaped(String newName, Shape newShape) {
    if (newShape.elements() != shape.elements()) {
      throw new GraphException(
          "constant " + newName, newShape, shape.elements() + " elements as " + name + shape);
    }
    return floats(newName, newShape, trained, this::floats);
  }

  /** Elements changed one way or another, of the same shape. */
  public Constant mapped(String newName, UnaryOperator<float[]> change) {
    return floats(newName, shape, trained, () -> change.apply(floats()));
  }

  /** A matrix [rows, columns] as [columns, rows]. */
  public Constant transposed() {
    if (shape.rank() != 2) {
      throw new GraphException("transpose of constant " + name, shape, "a matrix");
    }
    int rows = Math.toIntExact(shape.dimension(0));
    int columns = Math.toIntExact(shape.dimension(1));
    Function<float[], float[]> transpose =
        from -> {
          float[] to = new float[from.length];
          for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
              to[c * rows + r] = from[r * columns + c];
            }
          }
          return to;
        };
    return floats(name + ".T", Shape.of(columns, rows), trained, () -> transpose.apply(floats()));
  }

  /** The elements of all parts, one after another, in a shape of as many. */
  public static Constant joined(String name, Shape shape, List<Constant> parts) {
    return floats(
        name,
        shape,
        parts.stream().anyMatch(Constant::trained),
        () -> {
          FloatBuffer all = FloatBuffer.allocate(Math.toIntExact(shape.elements()));
          parts.forEach(part -> all.put(part.floats()));
          return all.array();
        });
  }

  /** Slices {@code from} to before {@code to} of the outermost axis. */
  public Constant slice(String newName, int from, int to) {
    if (shape.rank() < 1 || from < 0 || to <= from || to > shape.dimension(0)) {
      throw new GraphException(
          "slice of constant " + name, from + " to " + to, "a part of " + shape);
    }
    int each = Math.toIntExact(shape.elements() / shape.dimension(0));
    return floats(
        newName,
        shape.with(0, to - from),
        trained,
        () -> Arrays.copyOfRange(floats(), from * each, to * each));
  }

  /** The same tensor rounded to float16, to nearest, ties to even; named {@code <name>.float16}. */
  public Constant asFloat16() {
    return new Constant(
        name + ".float16",
        DataType.FLOAT16,
        shape,
        trained,
        () -> {
          float[] values = floats();
          ByteBuffer buffer = littleEndian(values.length * 2L);
          for (int i = 0; i < values.length; i++) {
            buffer.putShort(2 * i, HalfFloat.round(values[i]));
          }
          return buffer;
        },
        null);
  }

  public String name() {
    return name;
  }

  public DataType dataType() {
    return dataType;
  }

  public Shape shape() {
    return shape;
  }

  /** Whether the elements were learnt, so that storage may round them. */
  public boolean trained() {
    return trained;
  }

  /** Bytes of all elements. */
  public long byteLength() {
    return shape.elements() * dataType.bytes();
  }

  /** The elements, little-endian and row-major, from position 0; a new buffer at every call. */
  public ByteBuffer bytes() {
    return bytes.get();
  }

  /** The float32 elements, row-major. */
  public float[] floats() {
    if (floats == null) {
      throw new GraphException("constant " + name, dataType, "FLOAT32");
    }
    return floats.get();
  }

  private static ByteBuffer littleEndian(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void checkCount(String name, Shape shape, int got) {
    if (got != shape.elements()) {
      throw new GraphException("constant " + name, got + " elements", "elements of " + shape);
    }
  }

  @Override
  public String toString() {
    return name + ' ' + dataType + shape;
  }
}
