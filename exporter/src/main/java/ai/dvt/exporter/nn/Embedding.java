package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Value;
import java.util.List;

/**
 * Class token, distillation token if there is one, and positions.
 *
 * @param prefix tokens before the grid, each [1, 1, D]
 * @param positions [1, N, D]
 */
public record Embedding(List<Constant> prefix, Constant positions) {
  public Embedding {
    prefix = List.copyOf(prefix);
  }

  /**
   * [prefix, grid] + positions. The prefix is the same for every image, so it is added to its
   * positions here, and the grid gets zeros in its place.
   *
   * @param grid [B, N - prefix, D]
   */
  public Residual forward(Value grid) {
    Value rows = Layout.padWithZeros(grid, prefix.size(), 0, 0, 0);
    Constant sum =
        positions.mapped(
            positions.name() + ".prefixed",
            values -> {
              int at = 0;
              for (Constant token : prefix) {
                for (float element : token.floats()) {
                  values[at++] += element;
                }
              }
              return values;
            });
    return new Residual(rows, grid.graph().constant(sum), null);
  }
}
