package ai.dvt.exporter.checkpoint.pickle;

import java.math.BigInteger;
import java.util.List;

/**
 * What stands in a pickle. Containers compare by identity: a hostile pickle may nest them in a
 * circle.
 */
public sealed interface PickleValue
    permits PickleValue.None,
        PickleValue.Bool,
        PickleValue.Int,
        PickleValue.Real,
        PickleValue.Text,
        PickleValue.Bytes,
        PickleValue.Global,
        PickleValue.Storage,
        PickleValue.TensorRef,
        PickleValue.NumpyArray,
        Sequence,
        Mapping,
        Inert {

  /** Python's None. */
  record None() implements PickleValue {}

  /** True or False. */
  record Bool(boolean value) implements PickleValue {}

  /** An integer of any size. */
  record Int(BigInteger value) implements PickleValue {
    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }

    /** True if it fits a Java long. */
    public boolean isLong() {
      return value.bitLength() < 64;
    }
  }

  /** A float. */
  record Real(double value) implements PickleValue {}

  /** A string. */
  record Text(String value) implements PickleValue {}

  /** A byte string. */
  @SuppressWarnings("ArrayRecordComponent")
  record Bytes(byte[] value) implements PickleValue {}

  /** The name of an allowed class or function; nothing stands behind it. */
  record Global(String module, String name) implements PickleValue {
    /** {@code module.name}. */
    public String path() {
      return module + "." + name;
    }
  }

  /**
   * A storage named by a persistent id.
   *
   * @param type the torch class, e.g. {@code FloatStorage}
   * @param key names the data in the container
   * @param count elements (bytes for an untyped storage), not checked against the data yet
   * @param viewOffset first element of the view within the data under {@code key}; 0 if no view
   * @param viewed true if this is a view into a larger storage (legacy container only)
   */
  record Storage(String type, String key, long count, long viewOffset, boolean viewed)
      implements PickleValue {}

  /**
   * A tensor over a storage; nothing checked yet.
   *
   * @param type the storage's type, or the dtype's name if the storage is untyped
   * @param offset in elements
   * @param strides in elements
   */
  record TensorRef(Storage storage, String type, long offset, List<Long> sizes, List<Long> strides)
      implements PickleValue {
    public TensorRef {
      sizes = List.copyOf(sizes);
      strides = List.copyOf(strides);
    }
  }

  /**
   * A numeric numpy array.
   *
   * @param values row-major
   */
  @SuppressWarnings("ArrayRecordComponent")
  record NumpyArray(List<Integer> shape, double[] values) implements PickleValue {
    public NumpyArray {
      shape = List.copyOf(shape);
    }
  }
}
