package ai.dvt.server.runtime;

import ai.dvt.cascade.VariantSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What sessions are wherever their hand-over lies: one a stage, and their sizes. */
abstract class StagedSessions implements CascadeSessions {
  private final VariantSpec variant;
  private int maxBatch;
  private final HandoverLayout layout;
  private final List<StageSession> stages;
  final AtomicInteger openRows = new AtomicInteger();

  /**
   * @param stages owned from now on
   */
  StagedSessions(
      VariantSpec variant, int maxBatch, HandoverLayout layout, List<StageSession> stages) {
    this.variant = variant;
    this.maxBatch = maxBatch;
    this.layout = layout;
    this.stages = List.copyOf(stages);
  }

  @Override
  public final VariantSpec variant() {
    return variant;
  }

  @Override
  public final int classes() {
    return Math.toIntExact(stages.get(0).outputs().get(0).shape().get(0));
  }

  @Override
  public final int maxBatch() {
    return maxBatch;
  }

  @Override
  public void lowerMaxBatch(int rows) {
    if (rows < 1 || rows > maxBatch || openRows() > 0) {
      throw new IllegalArgumentException(
          "batch: "
              + rows
              + " with "
              + openRows()
              + " rows open (expected: 1.."
              + maxBatch
              + ", no row open)");
    }
    maxBatch = rows;
  }

  @Override
  public final int imageRowBytes() {
    return stages.get(0).inputs().get(0).rowBytes();
  }

  @Override
  public final long handoverBytes(int stage) {
    return layout.bytesAfter(stage);
  }

  @Override
  public final int openRows() {
    return openRows.get();
  }

  final HandoverLayout layout() {
    return layout;
  }

  final List<StageSession> stages() {
    return stages;
  }

  /**
   * The session that is to run so many rows.
   *
   * @param stage from 1
   * @throws StageException if a run cannot take so many
   */
  final StageSession stage(int stage, int rows) throws StageException {
    StageSession session = stages.get(stage - 1);
    if (rows < 1 || rows > maxBatch) {
      throw new StageException(
          session.place() + ": batch " + rows + " (expected: 1.." + maxBatch + ")");
    }
    return session;
  }

  @Override
  public void close() {
    stages.forEach(StageSession::close);
  }
}
