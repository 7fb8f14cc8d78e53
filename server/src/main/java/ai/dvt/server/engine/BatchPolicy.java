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
   * @param dueNanos until when they may wait for company: the oldest row's limit or, if earlier,
   *     the time at which a row with a deadline has to be next
   */
  record Ready(int stage, int rows, int maxBatch, long oldestNanos, long dueNanos) {
    boolean full() {
      return rows >= maxBatch;
    }
  }

  /**
   * The room for images.
   *
   * @param rows images in the engine, waiting or running
   * @param nearlyFull whether new images wait for room or hardly another one fits
   */
  record Room(int rows, boolean nearlyFull) {}

  /**
   * What to run.
   *
   * @param queue an index into the ready queues
   * @param rows at most, whose turn it is first; 1 to the queue's largest batch
   */
  record Choice(int queue, int rows) {}

  /**
   * The queue to run next and with how many rows. Work-conserving: there is always an answer.
   *
   * @param ready not empty
   */
  Choice next(List<Ready> ready, Room room, long nowNanos);
}
