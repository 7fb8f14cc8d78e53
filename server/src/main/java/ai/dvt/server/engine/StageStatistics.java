package ai.dvt.server.engine;

import ai.dvt.cascade.ExitReason;
import java.util.List;
import java.util.Map;

/**
 * One stage of one cascade; counts and times are since the model was loaded.
 *
 * @param stage from 1
 * @param queuedRows images that wait for the stage now
 * @param queuedBytes that these keep alive: pictures and handed-over tensors
 * @param runsBySize how many runs had each number of rows; index 0 is 0 rows, the last one the
 *     largest batch
 * @param runNanos in the runs, all together
 * @param queueNanos that the rows waited for their runs, all together
 * @param answered images answered at this stage's exit, by reason; reasons that never came are
 *     absent
 */
public record StageStatistics(
    int stage,
    int queuedRows,
    long queuedBytes,
    List<Long> runsBySize,
    long runNanos,
    long queueNanos,
    Map<ExitReason, Long> answered) {
  public StageStatistics {
    runsBySize = List.copyOf(runsBySize);
    answered = Map.copyOf(answered);
  }

  /** Runs of the stage. */
  public long runs() {
    return runsBySize.stream().mapToLong(Long::longValue).sum();
  }

  /** Rows of all runs together. */
  public long rows() {
    long rows = 0;
    for (int size = 0; size < runsBySize.size(); size++) {
      rows += size * runsBySize.get(size);
    }
    return rows;
  }
}
