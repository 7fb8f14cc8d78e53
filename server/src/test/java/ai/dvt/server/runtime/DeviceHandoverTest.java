package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Handover;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import ai.dvt.server.runtime.capi.NativeValue;
import ai.dvt.server.runtime.provider.CpuProvider;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.StageGraph;
import ai.dvt.server.toy.ToyCascade;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the hand-over on a device owns and gives back; CpuDeviceTest runs through it, too. */
@Timeout(60)
class DeviceHandoverTest {
  /** Tensors of group 1-2 (a, b), of group 1-3 (c) and the pictures. */
  private static final int TENSORS_AFTER_STAGE_1 = 4;

  @TempDir private Path folder;
  private final CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 1, Handover.DEVICE);
  private CascadeManifest manifest;

  @BeforeEach
  void write() {
    manifest = ToyCascade.write(folder, "toy");
  }

  @AfterEach
  void nothing_stays_open() {
    assertThat(device.openTensors()).isZero();
    assertThat(device.memory().openBlocks()).isZero();
  }

  private CascadeSessions open(int maxBatch) throws StageException {
    return device.open(folder, manifest, manifest.variants().get(0), maxBatch);
  }

  private static List<RowWriter> pictures(int count) {
    Random random = new Random(3);
    List<RowWriter> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] picture = ToyCascade.picture(3, i % 4, random);
      rows.add(row -> row.asFloatBuffer().put(picture));
    }
    return rows;
  }

  @Test
  void survivors_stay_on_the_device_and_the_rest_is_freed_with_the_run() throws Exception {
    try (CascadeSessions sessions = open(4);
        Workspace workspace = device.openWorkspace()) {
      List<HandoverRow> kept;
      try (StageRun run = sessions.run(1, pictures(4), List.of(), workspace)) {
        kept = run.keep(List.of(1, 3));
        assertThat(device.openTensors()).isEqualTo(2 * TENSORS_AFTER_STAGE_1);
      }
      assertThat(device.openTensors()).isEqualTo(TENSORS_AFTER_STAGE_1);
      kept.get(0).close();
      assertThat(device.openTensors()).isEqualTo(TENSORS_AFTER_STAGE_1);
      kept.get(1).close();
      assertThat(device.openTensors()).isZero();
    }
  }

  @Test
  void a_batch_that_goes_on_whole_is_not_copied() throws Exception {
    try (CascadeSessions sessions = open(4);
        Workspace workspace = device.openWorkspace()) {
      List<HandoverRow> kept;
      try (StageRun run = sessions.run(1, pictures(4), List.of(), workspace)) {
        kept = run.keep(List.of(0, 1, 2, 3));
        assertThat(device.openTensors()).isEqualTo(TENSORS_AFTER_STAGE_1);
      }
      kept.forEach(HandoverRow::close);
    }
  }

  @Test
  void rows_of_more_origins_than_one_graph_takes_make_a_batch() throws Exception {
    int origins = 19;
    List<RowWriter> pictures = pictures(origins);
    try (CascadeSessions sessions = open(origins);
        Workspace workspace = device.openWorkspace()) {
      List<HandoverRow> rows = new ArrayList<>();
      float[][] alone = new float[origins][];
      for (int i = 0; i < origins; i++) {
        try (StageRun run = sessions.run(1, pictures.subList(i, i + 1), List.of(), workspace)) {
          rows.addAll(run.keep(List.of(0)));
        }
        try (StageRun run =
            sessions.run(2, pictures.subList(i, i + 1), rows.subList(i, i + 1), workspace)) {
          alone[i] = run.logits(0);
        }
      }
      try (StageRun run = sessions.run(2, pictures, rows, workspace)) {
        for (int i = 0; i < origins; i++) {
          assertThat(run.logits(i)).containsExactly(alone[i]);
        }
      }
      rows.forEach(HandoverRow::close);
    }
  }

  @Test
  void a_block_that_lost_half_its_rows_shrinks_before_the_next_run() throws Exception {
    try (CascadeSessions sessions = open(8);
        Workspace workspace = device.openWorkspace()) {
      List<RowWriter> pictures = pictures(8);
      List<HandoverRow> rows;
      try (StageRun run = sessions.run(1, pictures, List.of(), workspace)) {
        rows = run.keep(List.of(0, 1, 2, 3, 4, 5, 6, 7));
      }
      DeviceBlock whole = ((DeviceRow) rows.get(6)).enter(0).block();
      whole.leave();
      float[] before;
      try (StageRun run = sessions.run(2, pictures.subList(6, 7), rows.subList(6, 7), workspace)) {
        before = run.logits(0);
      }
      for (int row : new int[] {0, 1, 2, 3, 7}) {
        rows.get(row).close();
      }
      try (StageRun run = sessions.run(2, pictures.subList(6, 7), rows.subList(6, 7), workspace)) {
        assertThat(run.logits(0)).containsExactly(before);
      }
      DeviceRow.Place moved = ((DeviceRow) rows.get(6)).enter(0);
      moved.block().leave();
      assertThat(moved.block()).isNotSameAs(whole);
      assertThat(moved.block().size()).isEqualTo(3);
      assertThat(moved.index()).isEqualTo(2);
      rows.forEach(HandoverRow::close);
    }
  }

  /** A picture's pixels, which may be asked for in both forms, and how often they were. */
  private static final class Pixels implements RowWriter {
    private final byte[] pixels = new byte[ToyCascade.PIXELS];
    private final float[] normalised;
    private final boolean asPixels;
    private int written;

    Pixels(Preprocessing preprocessing, boolean asPixels, Random random) {
      random.nextBytes(pixels);
      this.normalised = preprocessing.normalised();
      this.asPixels = asPixels;
    }

    @Override
    public void writeTo(ByteBuffer row) {
      written++;
      int plane = pixels.length / 3;
      for (int i = 0; i < pixels.length; i++) {
        row.putFloat(normalised[i / plane << 8 | pixels[i] & 0xff]);
      }
    }

    @Override
    public boolean writePixels(ByteBuffer row) {
      if (asPixels) {
        written++;
        row.put(pixels);
      }
      return asPixels;
    }
  }

  @Test
  void pixels_are_normalised_on_the_device_as_on_the_host_and_go_there_once() throws Exception {
    Preprocessing uneven =
        new Preprocessing(
            2,
            2,
            Preprocessing.Resize.STRETCH,
            2,
            List.of(0.485f, 0.456f, 0.406f),
            List.of(0.229f, 0.224f, 0.225f));
    CascadeManifest other =
        new CascadeManifest(
            manifest.model(),
            manifest.architecture(),
            manifest.variants(),
            uneven,
            manifest.classes(),
            manifest.labels(),
            manifest.selfTest(),
            manifest.provenance());
    Random random = new Random(4);
    List<Pixels> pixels = new ArrayList<>();
    List<Pixels> mixed = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pixels.add(new Pixels(uneven, true, random));
      mixed.add(new Pixels(uneven, i != 4, random));
    }
    try (CpuDevice onHost = new CpuDevice(SessionSettings.DEFAULT, 1);
        CascadeSessions host = onHost.open(folder, other, other.variants().get(0), 6);
        CascadeSessions sessions = device.open(folder, other, other.variants().get(0), 6)) {
      for (List<Pixels> images : List.of(pixels, mixed)) {
        List<float[]> expected = logits(onHost, host, images);
        images.forEach(image -> image.written = 0);
        List<float[]> got = logits(device, sessions, images);
        for (int i = 0; i < expected.size(); i++) {
          assertThat(got.get(i)).containsExactly(expected.get(i));
        }
      }
      assertThat(pixels).allMatch(image -> image.written == 1);
    }
  }

  /** Of every exit and image; each second image leaves at every exit. */
  private static List<float[]> logits(
      Device device, CascadeSessions sessions, List<? extends RowWriter> images)
      throws StageException {
    List<float[]> logits = new ArrayList<>();
    List<HandoverRow> rows = List.of();
    List<RowWriter> left = new ArrayList<>(images);
    try (Workspace workspace = device.openWorkspace()) {
      for (int stage = 1; stage <= 3; stage++) {
        try (StageRun run = sessions.run(stage, left, rows, workspace)) {
          List<Integer> going = new ArrayList<>();
          for (int i = 0; i < run.rows(); i++) {
            logits.add(run.logits(i));
            if (i % 2 == 1) {
              going.add(i);
            } else if (stage > 1) {
              rows.get(i).close();
            }
          }
          if (stage < 3) {
            left = going.stream().map(left::get).toList();
            rows = run.keep(going);
          }
        }
      }
    }
    rows.forEach(HandoverRow::close);
    return logits;
  }

  @Test
  void rows_of_parts_of_batches_come_in_any_order() throws Exception {
    Random random = new Random(8);
    try (CascadeSessions sessions = open(30);
        Workspace workspace = device.openWorkspace()) {
      Map<HandoverRow, float[]> alone = new LinkedHashMap<>();
      Map<HandoverRow, RowWriter> pictureOf = new LinkedHashMap<>();
      for (int batch = 0; batch < 10; batch++) {
        List<RowWriter> pictures = pictures(4);
        List<HandoverRow> kept;
        try (StageRun run = sessions.run(1, pictures, List.of(), workspace)) {
          kept = run.keep(List.of(0, 2, 3));
        }
        List<RowWriter> going = List.of(pictures.get(0), pictures.get(2), pictures.get(3));
        for (int i = 0; i < 3; i++) {
          pictureOf.put(kept.get(i), going.get(i));
          try (StageRun run =
              sessions.run(2, going.subList(i, i + 1), kept.subList(i, i + 1), workspace)) {
            alone.put(kept.get(i), run.logits(0));
          }
        }
      }
      List<HandoverRow> rows = new ArrayList<>(alone.keySet());
      for (int size : new int[] {30, 30, 17, 5, 2}) {
        Collections.shuffle(rows, random);
        List<HandoverRow> some = rows.subList(0, size);
        List<RowWriter> pictures = some.stream().map(pictureOf::get).toList();
        try (StageRun run = sessions.run(2, pictures, some, workspace)) {
          for (int i = 0; i < size; i++) {
            assertThat(run.logits(i)).containsExactly(alone.get(some.get(i)));
          }
        }
      }
      rows.forEach(HandoverRow::close);
    }
  }

  /** The CPU, as if it were a GPU: threads take turns. */
  private record LoneProvider() implements ExecutionProvider {
    @Override
    public String name() {
      return CpuProvider.NAME;
    }

    @Override
    public boolean onHost() {
      return false;
    }

    @Override
    public Map<String, String> options(StageGraph graph) {
      return Map.of();
    }

    @Override
    public void addTo(SessionOptions session, StageGraph graph) {}
  }

  @Test
  void two_threads_take_turns_on_a_gpu() throws Exception {
    for (Handover handover : new Handover[] {Handover.DEVICE, Handover.HOST}) {
      try (SessionDevice gpu =
              new SessionDevice(new LoneProvider(), SessionSettings.DEFAULT, 8, handover);
          CascadeSessions sessions = gpu.open(folder, manifest, manifest.variants().get(0), 8)) {
        List<RowWriter> images = pictures(8);
        List<float[]> expected = logits(gpu, sessions, images);
        ExecutorService threads = Executors.newFixedThreadPool(gpu.workers());
        List<Future<List<float[]>>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          all.add(threads.submit(() -> logits(gpu, sessions, images)));
        }
        for (Future<List<float[]>> one : all) {
          for (int i = 0; i < expected.size(); i++) {
            assertThat(one.get().get(i)).containsExactly(expected.get(i));
          }
        }
        threads.shutdown();
        assertThat(sessions.openRows()).isZero();
        assertThat(gpu.openTensors()).isZero();
      }
    }
  }

  @Test
  void a_device_that_was_released_opens_what_it_needs_anew() throws Exception {
    for (int time = 0; time < 2; time++) {
      try (CascadeSessions sessions = open(8)) {
        assertThat(logits(device, sessions, pictures(8))).isNotEmpty();
      }
      device.release();
    }
  }

  @Test
  void a_model_of_one_stage_keeps_no_pictures() throws Exception {
    VariantSpec all = manifest.variants().get(0);
    VariantSpec first =
        new VariantSpec(
            all.name(), all.flavour(), all.precision(), List.of(), all.stages().subList(0, 1));
    assertThat(new HandoverLayout(first, Optional.of(picture())).pictures()).isEmpty();
    assertThat(new HandoverLayout(all, Optional.of(picture())).pictures()).hasValue(3);
    assertThat(new HandoverLayout(all).pictures()).isEmpty();
  }

  private Tensor picture() {
    return StageTensors.image(manifest, manifest.variants().get(0).stages().get(0));
  }

  @Test
  void a_selection_that_fails_leaves_nothing_open_and_the_next_works() throws Exception {
    AtomicInteger open = new AtomicInteger();
    Tensor tensor = new Tensor("t", DataType.FLOAT32, List.of(2L));
    try (NativeRuntime runtime = NativeRuntime.open("Cpu", 0, open);
        DeviceGraphs graphs = new DeviceGraphs(new CpuProvider(), SessionSettings.DEFAULT)) {
      RowSelection selection = new RowSelection(graphs, runtime);
      ByteBuffer data = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
      data.asFloatBuffer().put(new float[] {1, 2, 3, 4});
      try (NativeValue two = runtime.onHost(data, new long[] {2, 2}, 1)) {
        List<RowSelection.Source> source = List.of(new RowSelection.Source(two, 2));
        assertThatThrownBy(() -> selection.select(tensor, source, new long[] {7}))
            .isInstanceOf(NativeException.class)
            .hasMessageContaining("7");
        assertThat(open.get()).isEqualTo(1);
        try (NativeValue chosen = selection.select(tensor, source, new long[] {1, 0, 1})) {
          assertThat(chosen.memory()).isEqualTo("Cpu");
        }
      }
      assertThat(open.get()).isZero();
    }
  }

  @Test
  void a_device_that_is_not_there_is_named() {
    assertThatThrownBy(() -> NativeRuntime.open("Moon", 0, new AtomicInteger()))
        .isInstanceOf(NativeException.class)
        .hasMessageStartingWith("memory Moon 0: ");
  }

  @Test
  void the_self_test_passes_as_on_the_host() throws Exception {
    try (CascadeSessions sessions = open(6)) {
      SelfTest.Report report =
          SelfTest.run(sessions, device, folder, manifest.selfTest().orElseThrow());
      assertThat(report.problems()).isEmpty();
    }
  }
}
