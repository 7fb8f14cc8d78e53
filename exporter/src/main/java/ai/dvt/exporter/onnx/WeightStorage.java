package ai.dvt.exporter.onnx;

/** How trained matrices stand on disk. The arithmetic stays float32 either way. */
public enum WeightStorage {
  FLOAT32,
  /** Rounded to float16, with a Cast in the graph that ONNX Runtime folds when it loads. */
  FLOAT16,
  /**
   * Matrices and convolutions as int8 with a float32 scale for each output channel, other trained
   * tensors as {@link #FLOAT16}; a Cast and a Mul in the graph, folded when it loads (ONNX Runtime
   * does not fold a DequantizeLinear).
   */
  INT8
}
