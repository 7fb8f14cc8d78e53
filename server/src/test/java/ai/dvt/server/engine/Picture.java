package ai.dvt.server.engine;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A toy picture that counts how often a stage read it and can hold a worker up. */
final class Picture implements InputRow {
  final float[] pixels;
  final AtomicInteger reads = new AtomicInteger();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch released;

  Picture(float[] pixels) {
    this(pixels, 0);
  }

  private Picture(float[] pixels, int locks) {
    this.pixels = pixels;
    this.released = new CountDownLatch(locks);
  }

  /** A picture whose first gathering waits for {@link #release}. */
  static Picture holding(float[] pixels) {
    return new Picture(pixels, 1);
  }

  void awaitGathering() throws InterruptedException {
    started.await();
  }

  void release() {
    released.countDown();
  }

  @Override
  public long queuedBytes() {
    return pixels.length * (long) Float.BYTES;
  }

  @Override
  public void writeTo(ByteBuffer row) {
    reads.incrementAndGet();
    started.countDown();
    try {
      if (!released.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the test did not release the picture");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    row.asFloatBuffer().put(pixels);
  }
}
