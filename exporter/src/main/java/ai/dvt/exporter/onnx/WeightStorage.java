package ai.dvt.exporter.onnx;

/** How trained matrices stand on disk. The arithmetic stays float32 either way. */
public enum WeightStorage {
  FLOAT32,
  /** Rounded to float16, with a Cast in the graph that ONNX Runtime folds when it loads. */
  FLOAT16
}
