package ai.dvt.server.engine;

/** The engine's time, so that a test can give another. */
interface EngineClock extends AutoCloseable {
  /** As {@link System#nanoTime}. */
  long nanos();

  /**
   * Runs something once, on another thread, at a time by {@link #nanos} or soon after.
   *
   * @return forgets it if it did not run yet
   */
  Runnable at(long nanos, Runnable action);

  /** Forgets everything that did not run yet and ends the thread. */
  @Override
  void close();
}
