package ai.dvt.cascade;

/** Which operators a graph uses. */
public enum Flavour {
  /** Standard ONNX operators only: CUDA, TensorRT, any runtime. */
  PORTABLE,
  /** Also com.microsoft operators of ONNX Runtime's CPU provider. */
  CPU
}
