package ai.dvt.server.engine;

import java.util.List;

/** Chooses what a free worker runs next. Called under the scheduler's lock: quick and pure. */
@FunctionalInterface
public interface BatchPolicy {
  /**
   * Rows that are ready for one stage of one cascade.
   *
   * @param stage from 1
   * @param rows at least 1
   * @param maxBatch the most rows of one run
   * @param oldestNanos when the first row became ready
   */
  record Ready(int stage, int rows, int maxBatch, long oldestNanos) {
    boolean full() {
      return rows >= maxBatch;
    }
  }

  /**
   * The queue to run next, with as many rows as fit in a batch, oldest first. Work-conserving:
   * there is always an answer.
   *
   * @param ready not empty
   * @return an index into {@code ready}
   */
  int next(List<Ready> ready, long nowNanos);
}
