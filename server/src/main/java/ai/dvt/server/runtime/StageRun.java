package ai.dvt.server.runtime;

import java.util.List;
import java.util.OptionalDouble;

/** The result of one run, in the worker's workspace until closed. Used by the worker's thread. */
public interface StageRun extends AutoCloseable {
  /** Rows of the batch. */
  int rows();

  /** The time in ONNX Runtime, without gathering. */
  long nanos();

  /**
   * A copy of one row's logits, float32 [classes].
   *
   * @param row from 0
   */
  float[] logits(int row);

  /**
   * What one row's image cost in this stage, 1e9 multiply-adds; empty where all cost the same or
   * nobody reads it.
   *
   * @param row from 0
   */
  default OptionalDouble gflops(int row) {
    return OptionalDouble.empty();
  }

  /**
   * Keeps what the later stages need of the rows that go on: the outputs of this run, copied once,
   * and what they still carry from earlier stages.
   *
   * @param rows ascending
   * @return one an image, in the order of {@code rows}, the caller's; they take over what these
   *     images brought into the run
   * @throws OutOfMemoryError when there is no native memory; then all rows of these images are
   *     closed
   */
  List<HandoverRow> keep(List<Integer> rows);

  /** Frees the workspace for the next run. */
  @Override
  void close();
}
