package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Value;

/**
 * The residual stream between two blocks, with its last addition still open: x + branch + bias. A
 * {@link Formulation} may fuse the addition with the norm that follows.
 *
 * @param x [B, N, D]
 * @param branch what is to be added, [B, N, D], or [1, N, D] for every image the same; null:
 *     nothing
 * @param bias [D], added too; null: none
 */
public record Residual(Value x, Value branch, Value bias) {
  /** A stream without an open addition. */
  public static Residual of(Value x) {
    return new Residual(x, null, null);
  }

  /** x + branch + bias. */
  public Value sum() {
    if (branch == null) {
      return x;
    }
    return Elementwise.add(x, bias == null ? branch : Elementwise.add(branch, bias));
  }

  /** The first {@code rows} tokens only. */
  public Residual first(int rows) {
    return new Residual(rows(x, rows), branch == null ? null : rows(branch, rows), bias);
  }

  private static Value rows(Value value, int rows) {
    return value.dimension(1) == rows ? value : Layout.slice(value, 1, 0, rows);
  }
}
