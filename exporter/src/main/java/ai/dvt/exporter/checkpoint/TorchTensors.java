package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.TensorRef;
import ai.dvt.exporter.weights.ElementType;
import ai.dvt.exporter.weights.Tensor;

/** Makes tensors of what a pickle says about them, after checking it against the storages. */
final class TorchTensors {
  private static final String UNTYPED = "UntypedStorage";

  private final OpenFile file;
  private final StorageSource storages;

  TorchTensors(OpenFile file, StorageSource storages) {
    this.file = file;
    this.storages = storages;
  }

  Tensor tensor(String name, TensorRef ref) {
    String what = "tensor " + name;
    Storage storage = ref.storage();
    ElementType type = type(what, ref.type());
    int width = type(what, storage.type()).bytes();
    if (storage.count() < 0 || storage.count() > Long.MAX_VALUE / width) {
      throw file.error(
          what + ": storage of " + storage.count() + " elements (expected: 0 or more)");
    }
    Layout layout;
    FileRegion data;
    try {
      long elements =
          storage.type().equals(UNTYPED) ? storage.count() / type.bytes() : storage.count();
      layout = Layout.checked(ref.offset(), ref.sizes(), ref.strides(), elements);
    } catch (IllegalArgumentException e) {
      throw file.error(what + ": " + e.getMessage(), e);
    }
    try {
      data = storages.data(storage, width);
    } catch (CheckpointException e) {
      throw new CheckpointException(e.getMessage() + ", for " + what, e);
    }
    return Tensor.onDemand(
        name, layout.shape(), type, () -> Decoder.decode(data.buffer(), type, layout));
  }

  private ElementType type(String what, String name) {
    return ElementTypes.ofTorch(name)
        .orElseThrow(
            () ->
                file.error(
                    what
                        + ": dtype "
                        + name
                        + " (expected: float16, bfloat16, float32, float64, or an integer)"));
  }
}
