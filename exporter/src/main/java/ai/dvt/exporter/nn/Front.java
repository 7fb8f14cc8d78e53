package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Value;

/** Makes a picture into the tokens of a grid. */
public interface Front {
  /**
   * @param image [B, 3, size, size]
   * @return [B, grid * grid, D], row-major
   */
  Value forward(Formulation formulation, Value image);
}
