package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyHandover;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuDeviceTest {
  @TempDir Path folder;
  private final CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 1, ToyHandover.CHOSEN);
  private CascadeManifest manifest;
  private VariantSpec variant;

  @BeforeEach
  void write() {
    manifest = ToyCascade.write(folder, "toy");
    variant = manifest.variants().get(0);
  }

  @AfterEach
  void nothing_stays_open() {
    assertThat(device.memory().openBlocks()).isZero();
    assertThat(device.memory().openBytes()).isZero();
    assertThat(device.openTensors()).isZero();
  }

  @Test
  void a_lowered_largest_batch_is_the_largest_from_then_on() throws Exception {
    try (CascadeSessions sessions = device.open(folder, manifest, variant, 5);
        Workspace workspace = device.openWorkspace()) {
      sessions.lowerMaxBatch(2);
      assertThat(sessions.maxBatch()).isEqualTo(2);
      List<float[]> three = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        three.add(ToyCascade.picture(3, i, new Random(i)));
      }
      assertThatThrownBy(() -> sessions.run(1, writers(three), List.of(), workspace))
          .hasMessageContaining("batch 3 (expected: 1..2)");
      List<float[]> two = three.subList(0, 2);
      try (StageRun run = sessions.run(1, writers(two), List.of(), workspace)) {
        assertLogits(run, 1, two);
        List<HandoverRow> rows = run.keep(all(2));
        assertThatThrownBy(() -> sessions.lowerMaxBatch(1)).hasMessageContaining("2 rows open");
        rows.forEach(HandoverRow::close);
      }
      assertThatThrownBy(() -> sessions.lowerMaxBatch(3)).hasMessageContaining("1..2");
    }
  }

  @Test
  void every_row_keeps_its_own_tensors_when_batches_are_split_and_mixed() throws Exception {
    Random random = new Random(1);
    try (CascadeSessions sessions = device.open(folder, manifest, variant, 5);
        Workspace workspace = device.openWorkspace()) {
      List<float[]> pictures = new ArrayList<>();
      for (int i = 0; i < 13; i++) {
        pictures.add(ToyCascade.picture(1 + i % 3, i % 4, random));
      }
      List<HandoverRow> carried = new ArrayList<>();
      for (int start = 0; start < 13; start += 5) {
        List<float[]> batch = pictures.subList(start, Math.min(13, start + 5));
        try (StageRun run = sessions.run(1, writers(batch), List.of(), workspace)) {
          assertLogits(run, 1, batch);
          carried.addAll(run.keep(all(batch.size())));
        }
      }
      assertThat(sessions.openRows()).isEqualTo(13);
      int[][] batches = {{12, 3, 7, 0}, {1, 2}, {4}, {5, 6, 8, 9, 10}, {11}};
      for (int stage = 2; stage <= 3; stage++) {
        for (int[] rows : batches) {
          List<float[]> batch = IntStream.of(rows).mapToObj(pictures::get).toList();
          List<HandoverRow> brought = IntStream.of(rows).mapToObj(carried::get).toList();
          try (StageRun run = sessions.run(stage, writers(batch), brought, workspace)) {
            assertLogits(run, stage, batch);
            if (stage == 2) {
              List<HandoverRow> kept = run.keep(all(rows.length));
              for (int i = 0; i < rows.length; i++) {
                carried.set(rows[i], kept.get(i));
                assertThat(kept.get(i).bytes()).isEqualTo(sessions.handoverBytes(2));
              }
            }
          }
        }
      }
      carried.forEach(HandoverRow::close);
      carried.forEach(HandoverRow::close);
      assertThat(sessions.openRows()).isZero();
    }
  }

  @Test
  void a_row_is_charged_with_the_tensors_that_later_stages_still_read() throws Exception {
    try (CascadeSessions sessions = device.open(folder, manifest, variant, 2)) {
      long picture = ToyHandover.pictureBytes();
      assertThat(sessions.handoverBytes(1)).isEqualTo(12 * 4 + 4 * 4 + 2 * 8 + picture);
      assertThat(sessions.handoverBytes(2)).isEqualTo(12 * 4 + 2 * 8 + picture);
      assertThat(sessions.handoverBytes(3)).isZero();
      assertThat(sessions.imageRowBytes()).isEqualTo(48);
    }
  }

  @Test
  void a_batch_over_the_largest_is_refused() throws Exception {
    try (CascadeSessions sessions = device.open(folder, manifest, variant, 2);
        Workspace workspace = device.openWorkspace()) {
      List<float[]> three = List.of(new float[12], new float[12], new float[12]);
      assertThatThrownBy(() -> sessions.run(1, writers(three), List.of(), workspace))
          .isInstanceOf(StageException.class)
          .hasMessage("stage 1 (toy1): batch 3 (expected: 1..2)");
    }
  }

  @Test
  void a_hand_over_that_the_graph_does_not_have_is_named() {
    VariantSpec wrong =
        withHandover(2, 0, new HandoverSpec("x", "from_a", DataType.FLOAT32, List.of(2L, 6L), 1));
    assertOpenFails(wrong, "stage 1 (toy1), output x: not in the graph (expected: one of ");
  }

  @Test
  void a_wrong_element_type_is_named() {
    VariantSpec wrong =
        withHandover(2, 1, new HandoverSpec("b", "b", DataType.INT32, List.of(2L, 2L), 1));
    assertOpenFails(
        wrong,
        "stage 1 (toy1), output b: FLOAT[-1, 2, 2] (expected: INT32[-1, 2, 2] by the manifest)");
  }

  @Test
  void a_wrong_shape_is_named() {
    VariantSpec wrong =
        withHandover(3, 1, new HandoverSpec("d", "d", DataType.FLOAT32, List.of(3L, 4L), 2));
    assertOpenFails(
        wrong,
        "stage 2 (toy2), output d: FLOAT[-1, 2, 6] (expected: FLOAT[-1, 3, 4] by the manifest)");
  }

  @Test
  void an_input_that_the_manifest_forgot_is_named() {
    StageSpec last = variant.stages().get(2);
    VariantSpec wrong = withHandover(3, last.handover().subList(1, 2));
    assertOpenFails(wrong, "stage 3 (toy3), input c: not in the manifest (expected: [");
  }

  @Test
  void two_readers_that_disagree_about_a_tensor_are_named() {
    VariantSpec wrong =
        withHandover(3, 0, new HandoverSpec("c", "c", DataType.INT64, List.of(2L), 1));
    assertOpenFails(
        wrong,
        "stage 3 (toy3), input c: INT64[2] (expected: INT64[2, 1], as another stage reads c)");
  }

  @Test
  void a_file_that_is_no_graph_is_named() throws Exception {
    Files.writeString(folder.resolve("stage-2.onnx"), "no graph");
    assertOpenFails(variant, "stage 2 (toy2), stage-2.onnx: ONNX Runtime does not load it: ");
  }

  @Test
  void a_variant_for_another_provider_is_refused() {
    VariantSpec other =
        new VariantSpec(
            "gpu",
            variant.flavour(),
            variant.precision(),
            List.of("cuda", "tensorrt"),
            variant.stages());
    assertOpenFails(other, "variant gpu: made for [cuda, tensorrt] (expected: cpu among them)");
  }

  @Test
  void a_batch_of_2_GiB_is_refused_at_load() {
    assertThatThrownBy(() -> device.open(folder, manifest, variant, 50_000_000))
        .isInstanceOf(StageException.class)
        .hasMessage(
            "stage 1 (toy1), tensor image: 48 bytes an image at max-batch 50000000"
                + " (expected: under 2 GiB a batch)");
  }

  @Test
  void the_self_test_passes_and_times_every_stage_at_both_batch_sizes() throws Exception {
    try (CascadeSessions sessions = device.open(folder, manifest, variant, 6)) {
      SelfTest.Report report =
          SelfTest.run(sessions, device, folder, manifest.selfTest().orElseThrow());
      assertThat(report.problems()).isEmpty();
      assertThat(report.timings())
          .extracting(t -> t.stage() + "x" + t.rows())
          .containsExactly("1x1", "2x1", "3x1", "1x6", "2x6", "3x6");
      assertThat(sessions.openRows()).isZero();
    }
  }

  @Test
  void the_self_test_names_stage_batch_and_error() throws Exception {
    float[] logits = NpyFile.read(folder.resolve("selftest-logits-2.npy")).toFloats();
    logits[5] += 0.25f;
    Files.delete(folder.resolve("selftest-logits-2.npy"));
    NpyFile.write(
        folder.resolve("selftest-logits-2.npy"), NpyArray.ofFloats(logits, 4, ToyCascade.CLASSES));
    SelfTestSpec spec = manifest.selfTest().orElseThrow();
    try (CascadeSessions sessions = device.open(folder, manifest, variant, 3)) {
      List<String> problems = SelfTest.run(sessions, device, folder, spec).problems();
      assertThat(problems)
          .hasSize(2)
          .allMatch(p -> p.contains("max abs error of the logits 0.2"))
          .allMatch(p -> p.endsWith("(expected: <= 1.0E-4)"));
      assertThat(problems.get(0)).startsWith("self-test, stage 2 (toy2), batch 1: ");
      assertThat(problems.get(1)).startsWith("self-test, stage 2 (toy2), batch 3: ");
    }
  }

  @Test
  void a_self_test_of_another_shape_is_a_problem() throws Exception {
    Files.delete(folder.resolve("selftest-logits-3.npy"));
    NpyFile.write(folder.resolve("selftest-logits-3.npy"), NpyArray.ofFloats(new float[8], 2, 4));
    try (CascadeSessions sessions = device.open(folder, manifest, variant, 3)) {
      assertThat(
              SelfTest.run(sessions, device, folder, manifest.selfTest().orElseThrow()).problems())
          .singleElement()
          .asString()
          .contains("selftest-logits-3.npy: shape [2, 4]");
    }
  }

  private void assertOpenFails(VariantSpec wrong, String message) {
    assertThatThrownBy(() -> device.open(folder, manifest, wrong, 4))
        .isInstanceOf(StageException.class)
        .hasMessageStartingWith(message);
  }

  private VariantSpec withHandover(int stage, int index, HandoverSpec handover) {
    List<HandoverSpec> list = new ArrayList<>(variant.stages().get(stage - 1).handover());
    list.set(index, handover);
    return withHandover(stage, list);
  }

  private VariantSpec withHandover(int stage, List<HandoverSpec> handover) {
    List<StageSpec> stages = new ArrayList<>(variant.stages());
    StageSpec old = stages.get(stage - 1);
    stages.set(
        stage - 1,
        new StageSpec(
            old.name(),
            old.graph(),
            old.data(),
            old.gridRows(),
            old.gridColumns(),
            old.gflops(),
            old.imageInput(),
            old.logitsOutput(),
            handover));
    return new VariantSpec(
        variant.name(), variant.flavour(), variant.precision(), variant.providers(), stages);
  }

  private static List<RowWriter> writers(List<float[]> pictures) {
    return pictures.stream().<RowWriter>map(p -> row -> row.asFloatBuffer().put(p)).toList();
  }

  private static List<Integer> all(int rows) {
    return IntStream.range(0, rows).boxed().toList();
  }

  private static void assertLogits(StageRun run, int stage, List<float[]> pictures) {
    for (int row = 0; row < pictures.size(); row++) {
      float[] expected = ToyCascade.expected(pictures.get(row))[stage - 1];
      assertThat(run.logits(row)).usingComparatorWithPrecision(1e-4f).containsExactly(expected);
    }
  }
}
