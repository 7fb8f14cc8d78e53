package ai.dvt.server.runtime;

/**
 * What one image takes along to its later stages: its row of every handed-over tensor still needed.
 * One owner at a time; the owner closes it.
 */
public interface HandoverRow extends AutoCloseable {
  /** Bytes held. */
  long bytes();

  /** Gives the memory back; a second call does nothing. */
  @Override
  void close();
}
