package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.weights.ElementType;
import java.util.Map;
import java.util.Optional;

/** What the containers call the element types. */
final class ElementTypes {
  private static final Map<String, ElementType> TORCH =
      Map.ofEntries(
          Map.entry("DoubleStorage", ElementType.FLOAT64),
          Map.entry("FloatStorage", ElementType.FLOAT32),
          Map.entry("HalfStorage", ElementType.FLOAT16),
          Map.entry("BFloat16Storage", ElementType.BFLOAT16),
          Map.entry("LongStorage", ElementType.INT64),
          Map.entry("IntStorage", ElementType.INT32),
          Map.entry("ShortStorage", ElementType.INT16),
          Map.entry("CharStorage", ElementType.INT8),
          Map.entry("ByteStorage", ElementType.UINT8),
          Map.entry("UntypedStorage", ElementType.UINT8),
          Map.entry("BoolStorage", ElementType.BOOL),
          Map.entry("float64", ElementType.FLOAT64),
          Map.entry("float32", ElementType.FLOAT32),
          Map.entry("float16", ElementType.FLOAT16),
          Map.entry("bfloat16", ElementType.BFLOAT16),
          Map.entry("int64", ElementType.INT64),
          Map.entry("int32", ElementType.INT32),
          Map.entry("int16", ElementType.INT16),
          Map.entry("int8", ElementType.INT8),
          Map.entry("uint8", ElementType.UINT8),
          Map.entry("bool", ElementType.BOOL));

  private static final Map<String, ElementType> SAFETENSORS =
      Map.of(
          "F64", ElementType.FLOAT64,
          "F32", ElementType.FLOAT32,
          "F16", ElementType.FLOAT16,
          "BF16", ElementType.BFLOAT16,
          "I64", ElementType.INT64,
          "I32", ElementType.INT32,
          "I16", ElementType.INT16,
          "I8", ElementType.INT8,
          "U8", ElementType.UINT8,
          "BOOL", ElementType.BOOL);

  private ElementTypes() {}

  /** By torch storage class or dtype name. */
  static Optional<ElementType> ofTorch(String name) {
    return Optional.ofNullable(TORCH.get(name));
  }

  /** By safetensors dtype. */
  static Optional<ElementType> ofSafetensors(String name) {
    return Optional.ofNullable(SAFETENSORS.get(name));
  }
}
