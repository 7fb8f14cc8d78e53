package ai.dvt.server.engine.load;

/** How long a run of a stage takes. */
@FunctionalInterface
public interface RunTimes {
  /**
   * Expected nanoseconds of one run, more than 0.
   *
   * @param stage from 1
   * @param rows at least 1
   */
  long expectedNanos(int stage, int rows);
}
