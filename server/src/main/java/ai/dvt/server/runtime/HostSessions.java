package ai.dvt.server.runtime;

import ai.dvt.cascade.VariantSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Sessions whose hand-over goes through direct memory of the host. */
final class HostSessions extends StagedSessions {
  private final Semaphore turns;
  private final NativeMemory memory;
  private final List<HandoverPool> pools = new ArrayList<>();

  /**
   * @param stages owned from now on
   * @param turns one is taken for every run
   */
  HostSessions(
      VariantSpec variant,
      int maxBatch,
      HandoverLayout layout,
      List<StageSession> stages,
      NativeMemory memory,
      Semaphore turns) {
    super(variant, maxBatch, layout, stages);
    this.turns = turns;
    this.memory = memory;
    openPools();
  }

  private void openPools() {
    for (HandoverLayout.Group group : layout().groups()) {
      int[] rowBytes = group.tensors().stream().mapToInt(Tensor::rowBytes).toArray();
      pools.add(new HandoverPool(memory, rowBytes, maxBatch()));
    }
  }

  @Override
  public void lowerMaxBatch(int rows) {
    super.lowerMaxBatch(rows);
    pools.forEach(HandoverPool::close);
    pools.clear();
    openPools();
  }

  HandoverPool pool(int group) {
    return pools.get(group);
  }

  HostRow newRow() {
    return new HostRow(this, openRows);
  }

  @Override
  public StageRun run(
      int stage,
      List<? extends RowWriter> images,
      List<? extends HandoverRow> handover,
      Workspace workspace)
      throws StageException {
    int rows = images.size();
    StageSession session = stage(stage, rows);
    HostWorkspace buffers = (HostWorkspace) workspace;
    List<ByteBuffer> in = new ArrayList<>();
    in.add(gatherImages(session.inputs().get(0).rowBytes(), images, buffers));
    List<HostRow> brought = handover.stream().map(HostRow.class::cast).toList();
    for (HandoverLayout.Input input : layout().inputs(stage)) {
      in.add(gather(input, brought, buffers, in.size()));
    }
    List<ByteBuffer> out = new ArrayList<>();
    for (Tensor output : session.outputs()) {
      out.add(buffers.output(out.size(), rows * output.rowBytes()));
    }
    turns.acquireUninterruptibly();
    try {
      long nanos = session.run(rows, in, out);
      return new HostRun(this, stage, rows, nanos, brought, out);
    } finally {
      turns.release();
    }
  }

  @Override
  public void trim(Workspace workspace) throws StageException {
    HostWorkspace buffers = (HostWorkspace) workspace;
    for (StageSession session : stages()) {
      if (session.keepsMore()) {
        session.shrink(buffers, "cpu:0");
      }
    }
    pools.forEach(HandoverPool::trim);
  }

  /** All pictures, one after another, in the first input buffer. */
  static ByteBuffer gatherImages(
      int bytes, List<? extends RowWriter> images, HostWorkspace buffers) {
    ByteBuffer batch = buffers.input(0, images.size() * bytes);
    for (int row = 0; row < images.size(); row++) {
      images.get(row).writeTo(batch.slice(row * bytes, bytes).order(ByteOrder.nativeOrder()));
    }
    return batch;
  }

  /** A view of rows that lie side by side, else a copy. */
  ByteBuffer gather(
      HandoverLayout.Input input, List<HostRow> brought, HostWorkspace buffers, int position) {
    HandoverPool pool = pools.get(input.group());
    List<HandoverPool.Slot> slots = brought.stream().map(row -> row.slot(input.group())).toList();
    if (HandoverPool.sideBySide(slots)) {
      return pool.view(slots.get(0), slots.size(), input.tensor());
    }
    int bytes = input.input().rowBytes();
    ByteBuffer batch = buffers.input(position, slots.size() * bytes);
    for (int row = 0; row < slots.size(); row++) {
      batch.put(row * bytes, pool.view(slots.get(row), 1, input.tensor()), 0, bytes);
    }
    return batch;
  }

  @Override
  public void close() {
    super.close();
    pools.forEach(HandoverPool::close);
  }
}
