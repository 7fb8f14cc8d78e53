package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.checkpoint.pickle.Inert;
import ai.dvt.exporter.checkpoint.pickle.Mapping;
import ai.dvt.exporter.checkpoint.pickle.PickleValue;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Bool;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Int;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.None;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.NumpyArray;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Real;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.TensorRef;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Text;
import ai.dvt.exporter.checkpoint.pickle.Sequence;
import ai.dvt.exporter.weights.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Plain values out of a pickle. */
final class TorchExtras implements Extras.Source {
  private static final int MAX_TEXT = 200;

  private final Map<String, PickleValue> values;
  private final TorchTensors tensors;

  TorchExtras(Map<String, PickleValue> values, TorchTensors tensors) {
    this.values = values;
    this.tensors = tensors;
  }

  @Override
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  @Override
  public Optional<Tensor> tensor(String key) {
    return values.get(key) instanceof TensorRef ref
        ? Optional.of(tensors.tensor(key, ref))
        : Optional.empty();
  }

  @Override
  public Optional<List<List<Double>>> rows(String key) {
    PickleValue value = values.get(key);
    if (value instanceof Sequence sequence && sequence.items().stream().anyMatch(this::isRow)) {
      List<List<Double>> rows = new ArrayList<>();
      for (PickleValue item : sequence.items()) {
        Optional<List<Double>> row = row(key, item);
        if (row.isEmpty()) {
          return Optional.empty();
        }
        rows.add(row.get());
      }
      return Optional.of(rows);
    }
    return value == null ? Optional.empty() : table(key, value);
  }

  private Optional<List<List<Double>>> table(String key, PickleValue value) {
    if (value instanceof TensorRef ref) {
      Tensor tensor = tensors.tensor(key, ref);
      return split(tensor.shape(), doubles(tensor));
    } else if (value instanceof NumpyArray array) {
      return split(array.shape(), array.values());
    }
    return row(key, value).map(List::of);
  }

  private boolean isRow(PickleValue value) {
    return value instanceof Sequence
        || value instanceof NumpyArray array && !array.shape().isEmpty()
        || value instanceof TensorRef ref && !ref.sizes().isEmpty();
  }

  /** A number or a list of numbers. */
  private Optional<List<Double>> row(String key, PickleValue value) {
    List<PickleValue> items = value instanceof Sequence list ? list.items() : List.of(value);
    List<Double> row = new ArrayList<>();
    for (PickleValue item : items) {
      if (item instanceof Int number) {
        row.add(number.value().doubleValue());
      } else if (item instanceof Real number) {
        row.add(number.value());
      } else if (item instanceof NumpyArray array
          && (items.size() == 1 || array.shape().isEmpty())) {
        addAll(row, array.values());
      } else if (item instanceof TensorRef ref && (items.size() == 1 || ref.sizes().isEmpty())) {
        addAll(row, doubles(tensors.tensor(key, ref)));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(row);
  }

  @Override
  public Map<String, String> texts(String key) {
    PickleValue value = values.get(key);
    if (value instanceof Inert inert) {
      value = inert.state();
    }
    Map<String, String> texts = new LinkedHashMap<>();
    if (value instanceof Mapping mapping) {
      mapping.entries().forEach((name, item) -> text(item).ifPresent(t -> texts.put(name, t)));
    } else if (value != null) {
      text(value).ifPresent(text -> texts.put(key, text));
    }
    return texts;
  }

  private static Optional<String> text(PickleValue value) {
    String text = null;
    if (value instanceof Text string) {
      text = string.value();
    } else if (value instanceof Int number) {
      text = number.value().toString();
    } else if (value instanceof Real number) {
      text = Double.toString(number.value());
    } else if (value instanceof Bool bool) {
      text = Boolean.toString(bool.value());
    } else if (value instanceof None) {
      text = "none";
    } else if (value instanceof Sequence sequence && sequence.items().size() < MAX_TEXT) {
      List<String> items = new ArrayList<>();
      for (PickleValue item : sequence.items()) {
        if (item instanceof Sequence) {
          return Optional.empty();
        }
        text(item).ifPresent(items::add);
      }
      text = items.size() == sequence.items().size() ? items.toString() : null;
    }
    return Optional.ofNullable(text).filter(t -> t.length() <= MAX_TEXT);
  }

  private static Optional<List<List<Double>>> split(List<Integer> shape, double[] values) {
    if (shape.size() > 2) {
      return Optional.empty();
    }
    int width = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
    int rows = shape.size() == 2 ? shape.get(0) : 1;
    List<List<Double>> table = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      List<Double> row = new ArrayList<>();
      for (int j = 0; j < width; j++) {
        row.add(values[i * width + j]);
      }
      table.add(row);
    }
    return Optional.of(table);
  }

  private static double[] doubles(Tensor tensor) {
    float[] floats = tensor.values();
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  private static void addAll(List<Double> row, double[] values) {
    for (double value : values) {
      row.add(value);
    }
  }
}
