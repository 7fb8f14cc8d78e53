package ai.dvt.server.toy;

import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.util.List;

/** Open sessions, for tests that change one thing about them. */
public class ForwardingSessions implements CascadeSessions {
  private final CascadeSessions sessions;

  /**
   * @param sessions owned from now on
   */
  public ForwardingSessions(CascadeSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public StageRun run(
      int stage,
      List<? extends RowWriter> images,
      List<? extends HandoverRow> handover,
      Workspace workspace)
      throws StageException {
    return sessions.run(stage, images, handover, workspace);
  }

  @Override
  public void trim(Workspace workspace) throws StageException {
    sessions.trim(workspace);
  }

  @Override
  public VariantSpec variant() {
    return sessions.variant();
  }

  @Override
  public int classes() {
    return sessions.classes();
  }

  @Override
  public int maxBatch() {
    return sessions.maxBatch();
  }

  @Override
  public int imageRowBytes() {
    return sessions.imageRowBytes();
  }

  @Override
  public long handoverBytes(int stage) {
    return sessions.handoverBytes(stage);
  }

  @Override
  public void lowerMaxBatch(int rows) {
    sessions.lowerMaxBatch(rows);
  }

  @Override
  public int openRows() {
    return sessions.openRows();
  }

  @Override
  public void close() {
    sessions.close();
  }
}
