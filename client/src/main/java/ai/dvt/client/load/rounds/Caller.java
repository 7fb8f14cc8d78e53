package ai.dvt.client.load.rounds;

import java.util.function.Consumer;

/** One client: a connection that sends images. */
interface Caller extends AutoCloseable {
  /**
   * Sends an image; may wait for room in the transport.
   *
   * @param done hears of the image once, on any thread, perhaps before this returns
   */
  void send(long image, Consumer<Reply> done) throws InterruptedException;

  /** Gives up what is still on the way. */
  @Override
  void close();
}
