package ai.dvt.exporter.nn.reuse;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Shape;

/**
 * Upsampling as a matrix [rows, columns]: every row of the result is a weighted mean of source
 * rows.
 */
public final class UpsampleMatrix {
  private final int rows;
  private final int columns;
  private final double[] weights;

  private UpsampleMatrix(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    this.weights = new double[rows * columns];
  }

  /**
   * One axis: nearest upsampling to {@code through} elements, then adaptive average pooling.
   *
   * <p>Element i between is source element floor(i * from / through); result j is the mean of the
   * elements floor(j * through / to) to before ceil((j + 1) * through / to). With {@code through}
   * equal to {@code to} it is plain nearest.
   */
  public static UpsampleMatrix axis(int from, int to, int through) {
    UpsampleMatrix matrix = new UpsampleMatrix(to, from);
    for (int j = 0; j < to; j++) {
      int begin = j * through / to;
      int end = ((j + 1) * through + to - 1) / to;
      for (int i = begin; i < end; i++) {
        matrix.weights[j * from + (int) ((long) i * from / through)] += 1.0 / (end - begin);
      }
    }
    return matrix;
  }

  /** The same on both axes of a square grid, row-major: [to * to, from * from]. */
  public static UpsampleMatrix grid(int from, int to, int through) {
    UpsampleMatrix axis = axis(from, to, through);
    UpsampleMatrix matrix = new UpsampleMatrix(to * to, from * from);
    for (int row = 0; row < matrix.rows; row++) {
      for (int column = 0; column < matrix.columns; column++) {
        matrix.weights[row * matrix.columns + column] =
            axis.at(row / to, column / from) * axis.at(row % to, column % from);
      }
    }
    return matrix;
  }

  /**
   * With rows and columns for {@code count} tokens before the grid, each kept times {@code keep}.
   */
  public UpsampleMatrix withPrefix(int count, double keep) {
    UpsampleMatrix matrix = new UpsampleMatrix(rows + count, columns + count);
    for (int i = 0; i < count; i++) {
      matrix.weights[i * matrix.columns + i] = keep;
    }
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          weights, row * columns, matrix.weights, (row + count) * matrix.columns + count, columns);
    }
    return matrix;
  }

  /** The first rows alone. */
  public UpsampleMatrix first(int count) {
    UpsampleMatrix matrix = new UpsampleMatrix(count, columns);
    System.arraycopy(weights, 0, matrix.weights, 0, count * columns);
    return matrix;
  }

  /** With one more row, of zeros. */
  public UpsampleMatrix withZeroRow() {
    UpsampleMatrix matrix = new UpsampleMatrix(rows + 1, columns);
    System.arraycopy(weights, 0, matrix.weights, 0, weights.length);
    return matrix;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Weight of source element {@code column} in result element {@code row}. */
  public double at(int row, int column) {
    return weights[row * columns + column];
  }

  /** As a constant [rows, columns]. */
  public Constant constant(String name) {
    return Constant.exact(
        name,
        Shape.of(rows, columns),
        () -> {
          float[] floats = new float[weights.length];
          for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) weights[i];
          }
          return floats;
        });
  }
}
