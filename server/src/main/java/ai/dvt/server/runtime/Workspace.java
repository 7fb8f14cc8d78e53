package ai.dvt.server.runtime;

/**
 * One worker's buffers for what goes into and comes out of a run. Owned and used by one thread at a
 * time; grows to the largest stage it saw.
 */
public interface Workspace extends AutoCloseable {
  /** Frees what the next run can do without; it gets new buffers. */
  default void trim() {}

  /** Frees the buffers. */
  @Override
  void close();
}
