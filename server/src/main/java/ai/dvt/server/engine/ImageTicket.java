package ai.dvt.server.engine;

/**
 * The caller's hold on an image on its way. All methods are idempotent and safe from any thread.
 */
public interface ImageTicket {
  /** Client-driven images: run the next stage. Ignored unless the image waits at an exit. */
  void proceed();

  /**
   * Client-driven images: the last outcome is the answer. Ignored unless the image waits at an
   * exit.
   */
  void stop();

  /**
   * Nobody wants the answer any more: the image's work is dropped before its next stage and its
   * buffers are freed. The listener hears {@link EngineException.Kind#CANCELLED} unless it was told
   * the end before.
   */
  void cancel();
}
