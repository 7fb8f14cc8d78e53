package ai.dvt.server.runtime;

import ai.dvt.cascade.VariantSpec;
import java.util.List;

/** The open sessions of one variant. {@link #run} may be called from several threads. */
public interface CascadeSessions extends AutoCloseable {
  VariantSpec variant();

  /** Classes of every exit. */
  int classes();

  /** The most rows that one run takes. */
  int maxBatch();

  /** Bytes of one normalised picture, float32 [3, height, width]. */
  int imageRowBytes();

  /**
   * Bytes that an image's handed-over tensors hold between a stage and the next one, those that
   * only a later stage reads included.
   *
   * @param stage the stage that ran last, from 1; 0 for the last stage
   */
  long handoverBytes(int stage);

  /**
   * Runs one stage on some images.
   *
   * @param stage from 1
   * @param images one an image, in batch order, at most {@link #maxBatch}; may be read by the first
   *     stage alone
   * @param handover what each image brought from the stages before, in the same order; empty for
   *     stage 1. They stay the caller's.
   * @param workspace the calling thread's; it holds the result until that is closed
   */
  StageRun run(
      int stage,
      List<? extends RowWriter> images,
      List<? extends HandoverRow> handover,
      Workspace workspace)
      throws StageException;

  /**
   * Gives back memory that is kept from large runs; runs a stage or two for that, on nothing. To be
   * called when nothing else is to do.
   *
   * @param workspace the calling thread's
   */
  default void trim(Workspace workspace) throws StageException {}

  /**
   * From now on no run takes more rows, and memory for hand-over is taken by as many. To be called
   * before anybody else has the sessions, with no row open.
   *
   * @param rows 1 to {@link #maxBatch}
   */
  void lowerMaxBatch(int rows);

  /** Rows that were kept and not closed yet. */
  int openRows();

  /** Ends the sessions. All runs have ended and all rows are closed. */
  @Override
  void close();
}
