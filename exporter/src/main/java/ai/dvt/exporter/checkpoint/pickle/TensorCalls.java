package ai.dvt.exporter.checkpoint.pickle;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Global;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Int;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.TensorRef;
import java.util.ArrayList;
import java.util.List;

/** torch's functions that rebuild tensors, as data. */
final class TensorCalls {
  private static final int DTYPE_OF_V3 = 6;

  private TensorCalls() {}

  /** {@code _rebuild_tensor*(storage, offset, size, stride, ...)}. */
  static PickleValue tensor(String function, List<PickleValue> arguments) {
    if (arguments.size() < 4
        || !(arguments.get(0) instanceof Storage storage)
        || !(arguments.get(1) instanceof Int offset)
        || !offset.isLong()) {
      throw new PickleException(
          function + ": arguments (expected: storage, offset, sizes, strides, ...)");
    }
    String type = storage.type();
    if (function.endsWith("_v3")
        && arguments.size() > DTYPE_OF_V3
        && arguments.get(DTYPE_OF_V3) instanceof Global dtype) {
      type = dtype.name();
    }
    return new TensorRef(
        storage,
        type,
        offset.value().longValue(),
        integers(function + " sizes", arguments.get(2)),
        integers(function + " strides", arguments.get(3)));
  }

  /** A parameter is its tensor. */
  static PickleValue first(Global function, List<PickleValue> arguments) {
    if (arguments.isEmpty() || !(arguments.get(0) instanceof TensorRef tensor)) {
      throw new PickleException(function.path() + ": arguments (expected: a tensor first)");
    }
    return tensor;
  }

  /** {@code _rebuild_from_type_v2(function, class, arguments, state)}: a tensor with attributes. */
  static PickleValue typed(List<PickleValue> arguments, Budget budget) {
    if (arguments.size() < 3
        || !(arguments.get(0) instanceof Global function)
        || !function.module().equals("torch._utils")
        || !(arguments.get(2) instanceof Sequence inner)) {
      throw new PickleException(
          "_rebuild_from_type_v2: arguments (expected: function, class, arguments, state)");
    }
    return Globals.call(function, inner, budget);
  }

  private static List<Long> integers(String what, PickleValue value) {
    List<Long> numbers = new ArrayList<>();
    if (value instanceof Sequence sequence && sequence.items().size() <= PickleLimits.MAX_DEPTH) {
      for (PickleValue item : sequence.items()) {
        if (item instanceof Int number && number.isLong()) {
          numbers.add(number.value().longValue());
        }
      }
      if (numbers.size() == sequence.items().size()) {
        return numbers;
      }
    }
    throw new PickleException(what + " (expected: a short tuple of 64-bit integers)");
  }
}
