package ai.dvt.server.runtime;

import ai.dvt.server.runtime.capi.NativeValue;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The rows of one group of tensors that a run left on the device. It lives as long as a row or a
 * run uses it; the last one frees it. Safe from any thread.
 */
final class DeviceBlock {
  private final List<NativeValue> values;
  private final int size;
  private final Set<DeviceRow> rows = new LinkedHashSet<>();
  private int runs;

  /**
   * @param values one a tensor of the group, {@code size} rows each, owned from now on
   */
  DeviceBlock(List<NativeValue> values, int size) {
    this.values = List.copyOf(values);
    this.size = size;
  }

  int size() {
    return size;
  }

  /**
   * @param tensor index in the group
   */
  NativeValue value(int tensor) {
    return values.get(tensor);
  }

  synchronized void add(DeviceRow row) {
    rows.add(row);
  }

  /** The rows not given back yet. */
  synchronized List<DeviceRow> rows() {
    return List.copyOf(rows);
  }

  /** Whether at least half of the memory is for rows that are gone. */
  synchronized boolean sparse() {
    return size > 1 && rows.size() <= size / 2 && !rows.isEmpty();
  }

  synchronized void remove(DeviceRow row) {
    rows.remove(row);
    freeIfUnused();
  }

  /** Keeps the values for a run. */
  synchronized void enter() {
    runs++;
  }

  synchronized void leave() {
    runs--;
    freeIfUnused();
  }

  private void freeIfUnused() {
    if (rows.isEmpty() && runs == 0) {
      values.forEach(NativeValue::close);
    }
  }
}
