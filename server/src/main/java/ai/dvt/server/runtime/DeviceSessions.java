package ai.dvt.server.runtime;

import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.runtime.capi.NativeBinding;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import ai.dvt.server.runtime.capi.NativeValue;
import ai.dvt.server.runtime.graph.SmallGraph;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sessions whose hand-over stays where the stages run: pictures and row numbers go to the device,
 * logits come back, nothing else.
 */
final class DeviceSessions extends StagedSessions {
  private final NativeRuntime runtime;
  private final RowSelection selection;
  private final SparseBlocks sparse;

  /**
   * @param stages owned from now on, as are the runtime and the selection
   */
  DeviceSessions(
      VariantSpec variant,
      int maxBatch,
      HandoverLayout layout,
      List<StageSession> stages,
      NativeRuntime runtime,
      RowSelection selection) {
    super(variant, maxBatch, layout, stages);
    this.runtime = runtime;
    this.selection = selection;
    this.sparse = new SparseBlocks(layout, selection);
  }

  RowSelection selection() {
    return selection;
  }

  DeviceRow newRow() {
    return new DeviceRow(layout(), openRows);
  }

  /** Sees to it that a block does not outlive most of its rows. */
  void watch(int group, DeviceBlock block) {
    sparse.watch(group, block);
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
    List<DeviceRow> brought = handover.stream().map(DeviceRow.class::cast).toList();
    HostWorkspace buffers = (HostWorkspace) workspace;
    Tensor image = session.inputs().get(0);
    Tensor logits = session.outputs().get(0);
    ByteBuffer pictures = HostSessions.gatherImages(session, images, buffers);
    ByteBuffer answer = buffers.output(0, rows * logits.rowBytes());
    List<NativeValue> made = new ArrayList<>();
    List<DeviceBlock> used = new ArrayList<>();
    try (NativeValue picture = onHost(image, pictures, rows);
        NativeValue result = onHost(logits, answer, rows);
        NativeBinding binding = session.bind(runtime)) {
      sparse.tidy();
      binding.input(image.name(), picture);
      for (HandoverLayout.Input input : layout().inputs(stage)) {
        binding.input(input.input().name(), batch(input, brought, used, made));
      }
      binding.output(logits.name(), result);
      for (Tensor output : session.outputs().subList(1, session.outputs().size())) {
        binding.outputOnDevice(output.name());
      }
      long start = System.nanoTime();
      List<NativeValue> outputs = binding.run();
      long nanos = System.nanoTime() - start;
      outputs.remove(0).close();
      return new DeviceRun(this, stage, rows, nanos, brought, answer, outputs);
    } catch (NativeException e) {
      throw new StageException(session.place() + ", batch " + rows + ": " + e.getMessage(), e);
    } finally {
      made.forEach(NativeValue::close);
      used.forEach(DeviceBlock::leave);
    }
  }

  private NativeValue onHost(Tensor tensor, ByteBuffer data, int rows) throws NativeException {
    return runtime.onHost(data, tensor.batch(rows), SmallGraph.number(tensor.dataType()));
  }

  /**
   * A whole block as it is, else the chosen rows of one or several.
   *
   * @param used gets the blocks that must live until the run ended
   * @param made gets what must be closed then
   */
  private NativeValue batch(
      HandoverLayout.Input input,
      List<DeviceRow> brought,
      List<DeviceBlock> used,
      List<NativeValue> made)
      throws NativeException {
    Map<DeviceBlock, Integer> firstRow = new LinkedHashMap<>();
    List<RowSelection.Source> sources = new ArrayList<>();
    long[] chosen = new long[brought.size()];
    int total = 0;
    boolean inOrder = true;
    for (int row = 0; row < chosen.length; row++) {
      DeviceRow.Place place = brought.get(row).enter(input.group());
      used.add(place.block());
      Integer first = firstRow.get(place.block());
      if (first == null) {
        first = total;
        firstRow.put(place.block(), first);
        sources.add(
            new RowSelection.Source(place.block().value(input.tensor()), place.block().size()));
        total += place.block().size();
      }
      chosen[row] = first + place.index();
      inOrder &= chosen[row] == row;
    }
    if (inOrder && sources.size() == 1 && total == chosen.length) {
      return sources.get(0).value();
    }
    NativeValue selected = selection.select(input.input(), sources, chosen);
    made.add(selected);
    return selected;
  }

  @Override
  public void close() {
    super.close();
    selection.close();
    runtime.close();
  }
}
