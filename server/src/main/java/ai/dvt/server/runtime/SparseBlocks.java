package ai.dvt.server.runtime;

import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds what rows that are gone keep alive: before a run, a block of which at most half is left is
 * copied to one of the right size. Blocks therefore hold less than twice their rows at that time.
 * Safe from any thread.
 */
final class SparseBlocks {
  private final HandoverLayout layout;
  private final RowSelection selection;
  private final Map<DeviceBlock, Integer> watched = new LinkedHashMap<>();

  SparseBlocks(HandoverLayout layout, RowSelection selection) {
    this.layout = layout;
    this.selection = selection;
  }

  synchronized void watch(int group, DeviceBlock block) {
    watched.put(block, group);
  }

  /** Copies what is sparse now. */
  synchronized void tidy() throws NativeException {
    Map<DeviceBlock, Integer> made = new LinkedHashMap<>();
    for (Iterator<Map.Entry<DeviceBlock, Integer>> all = watched.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<DeviceBlock, Integer> one = all.next();
      if (one.getKey().rows().isEmpty()) {
        all.remove();
      } else if (one.getKey().sparse()) {
        all.remove();
        DeviceBlock smaller = copy(one.getKey(), one.getValue());
        if (smaller != null) {
          made.put(smaller, one.getValue());
        }
      }
    }
    watched.putAll(made);
  }

  private DeviceBlock copy(DeviceBlock block, int group) throws NativeException {
    block.enter();
    List<NativeValue> values = new ArrayList<>();
    boolean complete = false;
    try {
      List<DeviceRow> rows = new ArrayList<>();
      List<Integer> indices = new ArrayList<>();
      for (DeviceRow row : block.rows()) {
        row.indexIn(group, block)
            .ifPresent(
                index -> {
                  rows.add(row);
                  indices.add(index);
                });
      }
      if (rows.isEmpty()) {
        return null;
      }
      long[] chosen = indices.stream().mapToLong(Integer::longValue).toArray();
      List<Tensor> tensors = layout.groups().get(group).tensors();
      for (int tensor = 0; tensor < tensors.size(); tensor++) {
        values.add(
            selection.select(
                tensors.get(tensor),
                List.of(new RowSelection.Source(block.value(tensor), block.size())),
                chosen));
      }
      DeviceBlock smaller = new DeviceBlock(values, chosen.length);
      smaller.enter();
      complete = true;
      for (int i = 0; i < rows.size(); i++) {
        rows.get(i).move(group, block, smaller, i);
      }
      smaller.leave();
      return smaller;
    } finally {
      if (!complete) {
        values.forEach(NativeValue::close);
      }
      block.leave();
    }
  }
}
