package ai.dvt.server.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A run's outputs in the worker's workspace. */
final class HostRun implements StageRun {
  private final HostSessions sessions;
  private final int stage;
  private final int rows;
  private final long nanos;
  private final List<HostRow> brought;
  private final List<ByteBuffer> outputs;

  /**
   * @param brought the rows that came into the run; empty for stage 1
   * @param outputs logits first, then the handed-over tensors as {@link HandoverLayout#outputs},
   *     then the images' costs, if the stage tells them
   */
  HostRun(
      HostSessions sessions,
      int stage,
      int rows,
      long nanos,
      List<HostRow> brought,
      List<ByteBuffer> outputs) {
    this.sessions = sessions;
    this.stage = stage;
    this.rows = rows;
    this.nanos = nanos;
    this.brought = brought;
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
    float[] logits = new float[sessions.classes()];
    outputs.get(0).asFloatBuffer().get(row * logits.length, logits);
    return logits;
  }

  @Override
  public OptionalDouble gflops(int row) {
    boolean told = outputs.size() > 1 + sessions.layout().outputs(stage).size();
    return told
        ? OptionalDouble.of(outputs.get(outputs.size() - 1).asFloatBuffer().get(row))
        : OptionalDouble.empty();
  }

  @Override
  public List<HandoverRow> keep(List<Integer> kept) {
    List<HostRow> going = new ArrayList<>(kept.size());
    for (int row : kept) {
      going.add(brought.isEmpty() ? sessions.newRow() : brought.get(row));
    }
    try {
      List<HandoverLayout.Group> groups = sessions.layout().groups();
      for (int group = 0; group < groups.size(); group++) {
        if (groups.get(group).lastStage() <= stage) {
          for (HostRow row : going) {
            row.drop(group);
          }
        }
      }
      int output = 1;
      for (int group = 0; group < groups.size(); group++) {
        if (groups.get(group).fromStage() == stage) {
          copy(group, groups.get(group), output, kept, going);
          output += groups.get(group).tensors().size();
        }
      }
    } catch (RuntimeException | Error e) {
      going.forEach(HostRow::close);
      throw e;
    }
    return List.copyOf(going);
  }

  private void copy(
      int group,
      HandoverLayout.Group tensors,
      int firstOutput,
      List<Integer> kept,
      List<HostRow> going) {
    HandoverPool pool = sessions.pool(group);
    List<HandoverPool.Slot> slots = pool.take(kept.size());
    for (int i = 0; i < slots.size(); i++) {
      going.get(i).put(group, slots.get(i));
      for (int tensor = 0; tensor < tensors.tensors().size(); tensor++) {
        int bytes = tensors.tensors().get(tensor).rowBytes();
        ByteBuffer batch = outputs.get(firstOutput + tensor);
        pool.view(slots.get(i), 1, tensor).put(0, batch, kept.get(i) * bytes, bytes);
      }
    }
  }

  /** The workspace belongs to the worker; nothing to free. */
  @Override
  public void close() {}
}
