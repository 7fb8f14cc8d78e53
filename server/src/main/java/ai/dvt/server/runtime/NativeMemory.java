package ai.dvt.server.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;

/** Gives out direct buffers that are freed at once when closed, and counts and limits them. */
public final class NativeMemory {
  /** A direct buffer with one owner, who closes it and then uses no view of it. */
  public final class Block implements AutoCloseable {
    private final DirectBytes bytes;
    private final int size;
    private boolean closed;

    private Block(int size) {
      long open = openBytes.addAndGet(size);
      DirectBytes allocated = null;
      try {
        if (open > limitBytes) {
          throw new OutOfMemoryError(
              "native memory: " + open + " bytes (expected: <= " + limitBytes + ")");
        }
        allocated = DirectBytes.allocate(size);
      } finally {
        if (allocated == null) {
          openBytes.addAndGet(-size);
        }
      }
      this.bytes = allocated;
      this.size = size;
      openBlocks.incrementAndGet();
    }

    /** The whole block, native byte order, position 0; a new view at each call. */
    public ByteBuffer view() {
      return bytes.buffer().duplicate().order(ByteOrder.nativeOrder());
    }

    /** Bytes. */
    public int size() {
      return size;
    }

    @Override
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      bytes.free();
      openBlocks.decrementAndGet();
      openBytes.addAndGet(-size);
    }
  }

  private final long limitBytes;
  private final AtomicLong openBlocks = new AtomicLong();
  private final AtomicLong openBytes = new AtomicLong();

  /** No limit but that of direct memory (-XX:MaxDirectMemorySize). */
  public NativeMemory() {
    this(Long.MAX_VALUE);
  }

  /**
   * @param limitBytes of all open blocks together
   */
  public NativeMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /**
   * A new block of zeros.
   *
   * @throws OutOfMemoryError beyond the limit; then nothing is taken
   */
  public Block allocate(int size) {
    return new Block(size);
  }

  /** Blocks not closed yet. */
  public long openBlocks() {
    return openBlocks.get();
  }

  /** Bytes of the blocks not closed yet. */
  public long openBytes() {
    return openBytes.get();
  }
}
