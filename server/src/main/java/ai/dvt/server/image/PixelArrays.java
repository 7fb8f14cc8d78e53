package ai.dvt.server.image;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Arrays for the pixels of waiting pictures, used again: otherwise every picture would leave one
 * behind. One that is never given back is the garbage collector's. Safe from any thread.
 */
final class PixelArrays {
  /** How much the numbers of pictures taken and given back may drift apart without a new array. */
  static final int KEPT = 64;

  private final int length;
  private final Queue<byte[]> free = new ArrayBlockingQueue<>(KEPT);

  PixelArrays(int length) {
    this.length = length;
  }

  /** An array with anything in it. */
  byte[] take() {
    byte[] kept = free.poll();
    return kept == null ? new byte[length] : kept;
  }

  /** Takes an array back that nobody else holds. */
  void giveBack(byte[] pixels) {
    free.offer(pixels);
  }
}
