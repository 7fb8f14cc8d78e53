package ai.dvt.server.runtime;

/**
 * One worker's buffers for what goes into and comes out of a run. Owned and used by one thread at a
 * time; grows to the largest stage it saw.
 */
public interface Workspace extends AutoCloseable {
  /** Frees the buffers. */
  @Override
  void close();
}
