package ai.dvt.server.runtime;

import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A run whose logits are in the worker's workspace and whose other outputs are on the device. */
final class DeviceRun implements StageRun {
  private final DeviceSessions sessions;
  private final int stage;
  private final int rows;
  private final long nanos;
  private final List<DeviceRow> brought;
  private final ByteBuffer logits;
  private final List<NativeValue> outputs;

  /**
   * @param brought the rows that came into the run; empty for stage 1
   * @param outputs the handed-over tensors as {@link HandoverLayout#outputs}, owned from now on
   */
  DeviceRun(
      DeviceSessions sessions,
      int stage,
      int rows,
      long nanos,
      List<DeviceRow> brought,
      ByteBuffer logits,
      List<NativeValue> outputs) {
    this.sessions = sessions;
    this.stage = stage;
    this.rows = rows;
    this.nanos = nanos;
    this.brought = brought;
    this.logits = logits;
    this.outputs = outputs;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public float[] logits(int row) {
    float[] values = new float[sessions.classes()];
    logits.asFloatBuffer().get(row * values.length, values);
    return values;
  }

  @Override
  public List<HandoverRow> keep(List<Integer> kept) {
    List<DeviceRow> going = new ArrayList<>(kept.size());
    for (int row : kept) {
      going.add(brought.isEmpty() ? sessions.newRow() : brought.get(row));
    }
    sessions.turns().acquireUninterruptibly();
    try {
      List<HandoverLayout.Group> groups = sessions.layout().groups();
      int output = 0;
      for (int group = 0; group < groups.size(); group++) {
        HandoverLayout.Group tensors = groups.get(group);
        if (tensors.lastStage() <= stage) {
          for (DeviceRow row : going) {
            row.drop(group);
          }
        }
        if (tensors.fromStage() == stage) {
          DeviceBlock block = block(tensors, output, kept);
          block.enter();
          try {
            for (int i = 0; i < going.size(); i++) {
              going.get(i).put(group, block, i);
            }
          } finally {
            block.leave();
          }
          sessions.watch(group, block);
          output += tensors.tensors().size();
        }
      }
    } catch (NativeException e) {
      going.forEach(DeviceRow::close);
      OutOfMemoryError error = new OutOfMemoryError("device memory: " + e.getMessage());
      error.initCause(e);
      throw error;
    } catch (RuntimeException | Error e) {
      going.forEach(DeviceRow::close);
      throw e;
    } finally {
      sessions.turns().release();
    }
    return List.copyOf(going);
  }

  /** The chosen rows; all of them need no copy. */
  private DeviceBlock block(HandoverLayout.Group group, int firstOutput, List<Integer> kept)
      throws NativeException {
    List<NativeValue> chosen = new ArrayList<>();
    boolean complete = false;
    try {
      for (int tensor = 0; tensor < group.tensors().size(); tensor++) {
        int output = firstOutput + tensor;
        if (kept.size() == rows) {
          chosen.add(outputs.set(output, null));
        } else {
          chosen.add(
              sessions
                  .selection()
                  .select(
                      group.tensors().get(tensor),
                      List.of(new RowSelection.Source(outputs.get(output), rows)),
                      kept.stream().mapToLong(Integer::longValue).toArray()));
        }
      }
      complete = true;
      return new DeviceBlock(chosen, kept.size());
    } finally {
      if (!complete) {
        chosen.forEach(NativeValue::close);
      }
    }
  }

  /** Frees what was not kept. */
  @Override
  public void close() {
    for (int i = 0; i < outputs.size(); i++) {
      NativeValue output = outputs.set(i, null);
      if (output != null) {
        output.close();
      }
    }
  }
}
