package ai.dvt.server.runtime;

import java.util.concurrent.atomic.AtomicInteger;

/** An image's slots, one a group that is alive. Closing is safe from any thread. */
final class HostRow implements HandoverRow {
  private final HostSessions sessions;
  private final HandoverPool.Slot[] slots;
  private final AtomicInteger open;
  private boolean closed;

  /**
   * @param open counts rows not closed yet
   */
  HostRow(HostSessions sessions, AtomicInteger open) {
    this.sessions = sessions;
    this.slots = new HandoverPool.Slot[sessions.layout().groups().size()];
    this.open = open;
    open.incrementAndGet();
  }

  synchronized HandoverPool.Slot slot(int group) {
    if (slots[group] == null) {
      throw new IllegalStateException("a row without the tensors of group " + group);
    }
    return slots[group];
  }

  synchronized void put(int group, HandoverPool.Slot slot) {
    if (closed) {
      throw new IllegalStateException("a closed row");
    }
    slots[group] = slot;
  }

  synchronized void drop(int group) {
    if (slots[group] != null) {
      sessions.pool(group).release(slots[group]);
      slots[group] = null;
    }
  }

  @Override
  public synchronized long bytes() {
    long bytes = 0;
    for (int group = 0; group < slots.length; group++) {
      if (slots[group] != null) {
        bytes += sessions.layout().groups().get(group).rowBytes();
      }
    }
    return bytes;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (int group = 0; group < slots.length; group++) {
      drop(group);
    }
    open.decrementAndGet();
  }
}
