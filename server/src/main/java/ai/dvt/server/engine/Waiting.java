package ai.dvt.server.engine;

/** A place in the line for room. */
public interface Waiting extends AutoCloseable {
  /**
   * Gives the place up; a second call, or one after the grant, does nothing. After it returned, the
   * grant is not called any more, unless it runs already on another thread.
   */
  @Override
  void close();
}
