package ai.dvt.server.runtime;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** An image's places on the device, one a group that is alive. Closing is safe from any thread. */
final class DeviceRow implements HandoverRow {
  /** Where a row lies. */
  record Place(DeviceBlock block, int index) {}

  private final HandoverLayout layout;
  private final Place[] places;
  private final AtomicInteger open;
  private boolean closed;

  /**
   * @param open counts rows not closed yet
   */
  DeviceRow(HandoverLayout layout, AtomicInteger open) {
    this.layout = layout;
    this.places = new Place[layout.groups().size()];
    this.open = open;
    open.incrementAndGet();
  }

  /** Where the row lies; the block lives until {@link DeviceBlock#leave}. */
  synchronized Place enter(int group) {
    if (places[group] == null) {
      throw new IllegalStateException("a row without the tensors of group " + group);
    }
    places[group].block().enter();
    return places[group];
  }

  /** The row's number in a block; empty if it lies there no more. */
  synchronized Optional<Integer> indexIn(int group, DeviceBlock block) {
    return places[group] == null || places[group].block() != block
        ? Optional.empty()
        : Optional.of(places[group].index());
  }

  synchronized void put(int group, DeviceBlock block, int index) {
    if (closed) {
      throw new IllegalStateException("a closed row");
    }
    block.add(this);
    places[group] = new Place(block, index);
  }

  /** Moves to another block if the row still lies in this one. */
  synchronized void move(int group, DeviceBlock from, DeviceBlock to, int index) {
    if (places[group] != null && places[group].block() == from) {
      to.add(this);
      places[group] = new Place(to, index);
      from.remove(this);
    }
  }

  synchronized void drop(int group) {
    if (places[group] != null) {
      places[group].block().remove(this);
      places[group] = null;
    }
  }

  @Override
  public synchronized long bytes() {
    long bytes = 0;
    for (int group = 0; group < places.length; group++) {
      if (places[group] != null) {
        bytes += layout.groups().get(group).rowBytes();
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
    for (int group = 0; group < places.length; group++) {
      drop(group);
    }
    open.decrementAndGet();
  }
}
