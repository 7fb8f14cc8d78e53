package ai.dvt.exporter.checkpoint.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A list, tuple or set. */
public final class Sequence implements PickleValue {
  private final List<PickleValue> items;
  private final boolean tuple;
  private int depth = 1;

  private Sequence(boolean tuple, List<PickleValue> items) {
    this.tuple = tuple;
    this.items = new ArrayList<>(items.size());
    items.forEach(this::add);
  }

  static Sequence tuple(List<PickleValue> items) {
    return new Sequence(true, items);
  }

  static Sequence list(List<PickleValue> items) {
    return new Sequence(false, items);
  }

  /** The members in order; a set keeps the order of the file and its duplicates. */
  public List<PickleValue> items() {
    return Collections.unmodifiableList(items);
  }

  boolean isTuple() {
    return tuple;
  }

  int depth() {
    return depth;
  }

  void add(PickleValue item) {
    depth = Depth.around(depth, item);
    items.add(item);
  }
}
