package ai.dvt.client.load.rounds;

/** How images are sent. */
public sealed interface Load {
  /**
   * Closed loop: the next image as soon as one is answered.
   *
   * @param concurrency images on the way, over all clients
   */
  record Closed(int concurrency) implements Load {
    public Closed {
      if (concurrency < 1) {
        throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: >= 1)");
      }
    }
  }

  /**
   * Open loop: images are sent when they arrive, whether or not others are answered.
   *
   * @param arrivalNanos since the start of the round, ascending
   */
  record Open(long[] arrivalNanos) implements Load {}
}
