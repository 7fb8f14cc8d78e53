package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.checkpoint.pickle.Mapping;
import ai.dvt.exporter.checkpoint.pickle.PickleValue;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.TensorRef;
import ai.dvt.exporter.weights.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Finds state dicts and extras in the object a torch file holds. */
final class TorchContent {
  private final OpenFile file;
  private final TorchTensors tensors;
  private final Mapping outer;

  TorchContent(OpenFile file, PickleValue object, StorageSource storages) {
    if (!(object instanceof Mapping mapping)) {
      throw file.error(
          "holds a " + object.getClass().getSimpleName() + " (expected: a dict of tensors)");
    }
    this.file = file;
    this.tensors = new TorchTensors(file, storages);
    this.outer = mapping;
  }

  StateDicts stateDicts() {
    Map<String, Supplier<StateDict>> found = new LinkedHashMap<>();
    outer
        .entries()
        .forEach(
            (key, value) -> {
              if (isStateDict(key, value)) {
                found.put(key, () -> stateDict(key, (Mapping) value));
              }
            });
    if (found.isEmpty() && holdsTensors(outer)) {
      found.put(StateDicts.BARE, () -> stateDict(StateDicts.BARE, outer));
    }
    return new StateDicts(file.path().toString(), found);
  }

  Extras extras() {
    Map<String, PickleValue> others = new LinkedHashMap<>();
    boolean bare = stateDicts().wrappers().contains(StateDicts.BARE);
    outer
        .entries()
        .forEach(
            (key, value) -> {
              if (!isStateDict(key, value) && !(bare && value instanceof TensorRef)) {
                others.put(key, value);
              }
            });
    return new Extras(new TorchExtras(others, tensors));
  }

  private StateDict stateDict(String wrapper, Mapping mapping) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    List<String> skipped = new ArrayList<>();
    mapping
        .entries()
        .forEach(
            (key, value) -> {
              String name = ParallelPrefix.strip(key);
              if (!(value instanceof TensorRef ref)) {
                skipped.add(key);
              } else if (found.put(name, tensors.tensor(name, ref)) != null) {
                throw file.error(
                    "tensor " + name + ": also there as module." + name + " (expected: one)");
              }
            });
    return new StateDict(file.path().toString(), wrapper, List.copyOf(found.values()), skipped);
  }

  private static boolean isStateDict(String key, PickleValue value) {
    return StateDicts.isWrapper(key) && value instanceof Mapping mapping && holdsTensors(mapping);
  }

  private static boolean holdsTensors(Mapping mapping) {
    return mapping.entries().values().stream().anyMatch(TensorRef.class::isInstance);
  }
}
