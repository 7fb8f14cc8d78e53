package ai.dvt.exporter.onnx;

import java.io.IOException;

/** Where a model's large constants stand: outside the model file. */
@FunctionalInterface
public interface ExternalTensors {
  /**
   * Stores a constant's bytes, or finds them stored already.
   *
   * @return where they stand
   */
  Location place(Constant constant) throws IOException;

  /**
   * A piece of a file.
   *
   * @param file relative to the folder of the model file
   * @param offset first byte
   * @param length bytes
   */
  record Location(String file, long offset, long length) {}
}
