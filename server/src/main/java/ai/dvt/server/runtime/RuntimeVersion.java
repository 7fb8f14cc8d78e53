package ai.dvt.server.runtime;

import ai.onnxruntime.OrtEnvironment;

/** What runs the stages. */
public final class RuntimeVersion {
  private RuntimeVersion() {}

  /** Name and version, e.g. {@code ONNX Runtime 1.29.0}. */
  public static String text() {
    return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
  }
}
