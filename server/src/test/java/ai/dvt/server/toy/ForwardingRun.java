package ai.dvt.server.toy;

import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.StageRun;
import java.util.List;

/** A run, for tests that change one thing about it. */
public class ForwardingRun implements StageRun {
  private final StageRun run;

  /**
   * @param run owned from now on
   */
  public ForwardingRun(StageRun run) {
    this.run = run;
  }

  @Override
  public int rows() {
    return run.rows();
  }

  @Override
  public long nanos() {
    return run.nanos();
  }

  @Override
  public float[] logits(int row) {
    return run.logits(row);
  }

  @Override
  public List<HandoverRow> keep(List<Integer> rows) {
    return run.keep(rows);
  }

  @Override
  public void close() {
    run.close();
  }
}
