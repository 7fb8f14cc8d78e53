package ai.dvt.server.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;

/**
 * Native memory for the rows of one group of handed-over tensors. A chunk has one contiguous block
 * per tensor with room for as many rows as a batch; slots are given out in order, so that rows kept
 * one after another lie side by side and a batch of them needs no gathering.
 *
 * <p>Holes are filled before a new chunk is made, so the chunks never hold more rows than were
 * alive at once, rounded up to a chunk. Empty chunks stay for the next rows, one or as many as are
 * in use: new memory costs a fault a page, and rows come and go by the batch. Safe from any thread.
 */
final class HandoverPool implements AutoCloseable {
  /** Some rows' memory. */
  static final class Chunk {
    private final List<NativeMemory.Block> blocks = new ArrayList<>();
    private final List<ByteBuffer> views = new ArrayList<>();
    private final BitSet used = new BitSet();

    private void free() {
      blocks.forEach(NativeMemory.Block::close);
    }
  }

  /** One row's place; its owner gives it back with {@link HandoverPool#release}. */
  record Slot(Chunk chunk, int index) {}

  private final NativeMemory memory;
  private final int[] rowBytes;
  private final int chunkRows;
  private final List<Chunk> chunks = new ArrayList<>();
  private Chunk current;
  private int next;
  private boolean closed;

  /**
   * @param rowBytes of each tensor; a chunk of each stays under 2 GiB
   */
  HandoverPool(NativeMemory memory, int[] rowBytes, int chunkRows) {
    this.memory = memory;
    this.rowBytes = rowBytes.clone();
    this.chunkRows = chunkRows;
  }

  /**
   * Places for some rows, side by side where possible.
   *
   * @throws OutOfMemoryError when there is no native memory; then none is taken
   */
  synchronized List<Slot> take(int rows) {
    List<Slot> slots = new ArrayList<>(rows);
    try {
      while (slots.size() < rows) {
        slots.add(takeOne());
      }
    } catch (OutOfMemoryError e) {
      slots.forEach(this::release);
      throw e;
    }
    return slots;
  }

  private Slot takeOne() {
    if (current == null || next >= chunkRows || current.used.get(next)) {
      current = roomiest();
      next = current.used.nextClearBit(0);
    }
    Slot slot = new Slot(current, next);
    current.used.set(next);
    next++;
    return slot;
  }

  private Chunk roomiest() {
    Chunk best = null;
    for (Chunk chunk : chunks) {
      int rows = chunk.used.cardinality();
      if (rows < chunkRows && (best == null || rows < best.used.cardinality())) {
        best = chunk;
      }
    }
    return best == null ? grow() : best;
  }

  private Chunk grow() {
    Chunk chunk = new Chunk();
    try {
      for (int bytes : rowBytes) {
        NativeMemory.Block block = memory.allocate(Math.multiplyExact(bytes, chunkRows));
        chunk.blocks.add(block);
        chunk.views.add(block.view());
      }
    } catch (OutOfMemoryError e) {
      chunk.free();
      throw e;
    }
    chunks.add(chunk);
    return chunk;
  }

  synchronized void release(Slot slot) {
    Chunk chunk = slot.chunk();
    chunk.used.clear(slot.index());
    if (chunk.used.isEmpty()) {
      int inUse = 0;
      for (Chunk each : chunks) {
        inUse += each.used.isEmpty() ? 0 : 1;
      }
      freeEmpty(closed ? 0 : Math.max(1, inUse));
    }
  }

  /** Frees what is empty. */
  synchronized void trim() {
    freeEmpty(0);
  }

  /**
   * @param kept empty chunks that stay
   */
  private void freeEmpty(int kept) {
    int empty = 0;
    for (Iterator<Chunk> all = chunks.iterator(); all.hasNext(); ) {
      Chunk chunk = all.next();
      if (chunk.used.isEmpty() && ++empty > kept) {
        all.remove();
        chunk.free();
        if (current == chunk) {
          current = null;
        }
      }
    }
  }

  /** Whether the slots lie side by side in one chunk, in this order. */
  static boolean sideBySide(List<Slot> slots) {
    Slot first = slots.get(0);
    for (int i = 1; i < slots.size(); i++) {
      if (slots.get(i).chunk() != first.chunk() || slots.get(i).index() != first.index() + i) {
        return false;
      }
    }
    return true;
  }

  /**
   * A tensor's rows from a slot on, shared with the chunk.
   *
   * @param tensor index in the group
   */
  ByteBuffer view(Slot first, int rows, int tensor) {
    return first
        .chunk()
        .views
        .get(tensor)
        .slice(first.index() * rowBytes[tensor], rows * rowBytes[tensor])
        .order(ByteOrder.nativeOrder());
  }

  /** Chunks with memory. */
  synchronized int chunks() {
    return chunks.size();
  }

  /** Frees what is empty now, and the rest with its last row. */
  @Override
  public synchronized void close() {
    closed = true;
    freeEmpty(0);
  }
}
