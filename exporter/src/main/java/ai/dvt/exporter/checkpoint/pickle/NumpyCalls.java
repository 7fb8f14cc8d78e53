package ai.dvt.exporter.checkpoint.pickle;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Bool;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Bytes;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Global;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Int;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.NumpyArray;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Real;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** numpy's numbers as data: scalars and numeric arrays; what it cannot read stays inert. */
final class NumpyCalls {
  private NumpyCalls() {}

  /** {@code scalar(dtype, bytes)}. */
  static PickleValue scalar(Global function, Sequence arguments) {
    if (arguments.items().size() == 2 && arguments.items().get(1) instanceof Bytes bytes) {
      Element element = element(arguments.items().get(0));
      if (element != null && bytes.value().length == element.bytes) {
        double value = element.read.applyAsDouble(element.open(bytes.value()));
        return element.integer ? Int.of((long) value) : new Real(value);
      }
    }
    return new Inert(function, arguments);
  }

  /** An ndarray that has just got its state {@code (version, shape, dtype, fortran, bytes)}. */
  static PickleValue array(Inert inert, Budget budget) {
    if (!inert.type().name().equals("_reconstruct")
        || !(inert.state() instanceof Sequence state)
        || state.items().size() != 5
        || !(state.items().get(1) instanceof Sequence sizes)
        || !(state.items().get(3) instanceof Bool fortran)
        || fortran.value()
        || !(state.items().get(4) instanceof Bytes bytes)) {
      return inert;
    }
    Element element = element(state.items().get(2));
    List<Integer> shape = new ArrayList<>();
    long count = 1;
    for (PickleValue size : sizes.items()) {
      if (!(size instanceof Int number) || number.value().bitLength() > 31) {
        return inert;
      }
      shape.add(number.value().intValue());
      count = Math.min(count * number.value().intValue(), Integer.MAX_VALUE);
    }
    if (element == null || count < 0 || count * element.bytes != bytes.value().length) {
      return inert;
    }
    budget.bytes(Double.BYTES * count);
    ByteBuffer source = element.open(bytes.value());
    double[] values = new double[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = element.read.applyAsDouble(source);
    }
    return new NumpyArray(shape, values);
  }

  /** {@code dtype('f8', False, True)} with state {@code (3, '<', ...)}; null if not a number's. */
  private static Element element(PickleValue dtype) {
    if (!(dtype instanceof Inert inert)
        || !inert.type().path().equals("numpy.dtype")
        || !(inert.arguments() instanceof Sequence arguments)
        || arguments.items().isEmpty()
        || !(arguments.items().get(0) instanceof Text code)) {
      return null;
    }
    ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    if (inert.state() instanceof Sequence state
        && state.items().size() > 1
        && state.items().get(1) instanceof Text sign
        && sign.value().equals(">")) {
      order = ByteOrder.BIG_ENDIAN;
    }
    return switch (code.value()) {
      case "f8" -> new Element(8, false, order, ByteBuffer::getDouble);
      case "f4" -> new Element(4, false, order, ByteBuffer::getFloat);
      case "i8" -> new Element(8, true, order, ByteBuffer::getLong);
      case "i4" -> new Element(4, true, order, ByteBuffer::getInt);
      default -> null;
    };
  }

  private record Element(
      int bytes, boolean integer, ByteOrder order, ToDoubleFunction<ByteBuffer> read) {
    ByteBuffer open(byte[] data) {
      return ByteBuffer.wrap(data).order(order);
    }
  }
}
