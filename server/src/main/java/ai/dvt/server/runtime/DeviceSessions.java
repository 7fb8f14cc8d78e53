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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions whose hand-over stays where the stages run: every picture goes to the device once, then
 * row numbers; logits come back, nothing else.
 */
final class DeviceSessions extends StagedSessions {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceSessions.class);

  private final NativeRuntime runtime;
  private final RowSelection selection;
  private final PictureUpload upload;
  private final Semaphore turns;
  private final Optional<String> arena;
  private final SparseBlocks sparse;
  private volatile boolean larger;

  /**
   * @param layout with the pictures
   * @param stages owned from now on
   * @param turns one is taken for all that is asked of the device
   * @param arena ONNX Runtime's name of the memory that sessions keep for the next run
   */
  DeviceSessions(
      VariantSpec variant,
      int maxBatch,
      HandoverLayout layout,
      List<StageSession> stages,
      NativeRuntime runtime,
      RowSelection selection,
      PictureUpload upload,
      Semaphore turns,
      Optional<String> arena) {
    super(variant, maxBatch, layout, stages);
    this.runtime = runtime;
    this.selection = selection;
    this.upload = upload;
    this.turns = turns;
    this.arena = arena;
    this.sparse = new SparseBlocks(layout, selection);
  }

  RowSelection selection() {
    return selection;
  }

  Semaphore turns() {
    return turns;
  }

  /** After larger batches were tried: what they needed is kept by ONNX Runtime otherwise. */
  @Override
  public void lowerMaxBatch(int rows) {
    larger |= rows < maxBatch();
    super.lowerMaxBatch(rows);
  }

  @Override
  public void trim(Workspace workspace) {
    if (!larger || arena.isEmpty()) {
      return;
    }
    larger = false;
    turns.acquireUninterruptibly();
    try {
      for (StageSession session : stages()) {
        session.shrink((HostWorkspace) workspace, arena.get());
      }
    } catch (StageException e) {
      LOG.warn("memory of larger batches is kept: {}", e.getMessage());
    } finally {
      turns.release();
    }
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
    ByteBuffer answer = buffers.output(0, rows * logits.rowBytes());
    Optional<PictureUpload.Gathered> gathered =
        stage == 1 || layout().pictures().isEmpty()
            ? Optional.of(upload.gather(images, buffers))
            : Optional.empty();
    turns.acquireUninterruptibly();
    List<NativeValue> made = new ArrayList<>();
    List<DeviceBlock> used = new ArrayList<>();
    try (NativeValue result =
            runtime.onHost(answer, logits.batch(rows), SmallGraph.number(logits.dataType()));
        NativeBinding binding = session.bind(runtime)) {
      sparse.tidy();
      long start = System.nanoTime();
      NativeValue picture = picture(gathered, brought, used, made);
      long uploadNanos = System.nanoTime() - start;
      binding.input(image.name(), picture);
      for (HandoverLayout.Input input : layout().inputs(stage)) {
        binding.input(input.input().name(), batch(input, brought, used, made));
      }
      binding.output(logits.name(), result);
      for (Tensor output : session.outputs().subList(1, session.outputs().size())) {
        binding.outputOnDevice(output.name());
      }
      start = System.nanoTime();
      List<NativeValue> outputs = binding.run();
      long nanos = System.nanoTime() - start + (gathered.isPresent() ? uploadNanos : 0);
      outputs.remove(0).close();
      if (stage == 1 && layout().pictures().isPresent()) {
        made.remove(picture);
        outputs.add(picture);
      }
      return new DeviceRun(this, stage, rows, nanos, brought, answer, outputs);
    } catch (NativeException e) {
      throw new StageException(session.place() + ", batch " + rows + ": " + e.getMessage(), e);
    } finally {
      made.forEach(NativeValue::close);
      used.forEach(DeviceBlock::leave);
      turns.release();
    }
  }

  /**
   * New, or handed over.
   *
   * @param gathered what is new
   */
  private NativeValue picture(
      Optional<PictureUpload.Gathered> gathered,
      List<DeviceRow> brought,
      List<DeviceBlock> used,
      List<NativeValue> made)
      throws NativeException {
    OptionalInt group = layout().pictures();
    if (gathered.isEmpty()) {
      HandoverLayout.Input input = new HandoverLayout.Input(upload.image(), group.getAsInt(), 0);
      return batch(input, brought, used, made);
    }
    NativeValue picture = upload.upload(gathered.get(), group.isPresent());
    made.add(picture);
    return picture;
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
}
