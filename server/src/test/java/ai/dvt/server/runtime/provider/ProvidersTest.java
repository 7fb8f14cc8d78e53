package ai.dvt.server.runtime.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.dvt.server.config.ConfigException;
import ai.dvt.server.config.Handover;
import ai.dvt.server.config.ProviderSettings;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidersTest {
  private static final StageGraph STAGE_2 =
      new StageGraph(
          "0f61f2",
          List.of(
              new StageGraph.Input("image", List.of(3L, 224L, 224L)),
              new StageGraph.Input("upstream_tokens", List.of(50L, 384L))),
          32);

  @TempDir private Path folder;

  private ProviderSettings settings(boolean strict, Map<String, Path> libraries, String... order) {
    return new ProviderSettings(
        List.of(order), strict, Map.of(), libraries, folder, Handover.AUTO, Optional.empty());
  }

  @Test
  void what_is_compiled_in_is_tried_and_the_cpu_works() throws Exception {
    Providers providers = new Providers(settings(false, Map.of()));
    assertThat(Providers.compiledIn()).contains("cpu");
    assertThat(providers.candidates()).endsWith("cpu").doesNotHaveDuplicates();
    try (ExecutionProvider cpu = providers.open("cpu")) {
      ProviderCheck check = ProviderCheck.of(cpu);
      assertThat(check.cause()).isEmpty();
      assertThat(check.works()).isTrue();
    }
  }

  @Test
  void the_first_that_works_is_taken() throws Exception {
    assumeThat(Providers.compiledIn()).doesNotContain("cuda", "tensorrt");
    ProviderSettings settings = settings(false, Map.of(), "tensorrt", "cuda", "cpu");
    try (ExecutionProvider chosen = new Providers(settings).choose()) {
      assertThat(chosen.name()).isEqualTo("cpu");
      assertThat(chosen.onHost()).isTrue();
    }
  }

  @Test
  void one_that_is_not_in_the_library_stops_a_strict_start() {
    assumeThat(Providers.compiledIn()).doesNotContain("cuda");
    assertThatThrownBy(() -> new Providers(settings(true, Map.of(), "cuda", "cpu")).choose())
        .isInstanceOf(ProviderException.class)
        .hasMessageStartingWith("provider cuda: provider: cuda, which is not in this ONNX Runtime")
        .hasMessageEndingWith("(expected: one that works)");
  }

  @Test
  void without_one_that_works_every_cause_is_told() {
    Path nothing = folder.resolve("nothing.so");
    assertThatThrownBy(
            () -> new Providers(settings(false, Map.of("plug", nothing), "plug")).choose())
        .isInstanceOf(ProviderException.class)
        .hasMessageContaining("plug: provider-library plug: " + nothing);
  }

  @Test
  void a_provider_that_cannot_be_added_says_why() {
    assumeThat(Providers.compiledIn()).doesNotContain("cuda");
    ProviderCheck check = ProviderCheck.of(new CudaProvider(Map.of(), true));
    assertThat(check.works()).isFalse();
    assertThat(check.explanation())
        .startsWith("CUDA execution provider is not enabled in this build");
    assertThat(ProviderCheck.of(tensorRt(Map.of(), true)).explanation())
        .startsWith("TensorRT execution provider is not enabled in this build");
  }

  @Test
  void a_library_that_is_no_provider_is_refused() throws Exception {
    Path text = Files.writeString(folder.resolve("text.so"), "not a library");
    Providers providers = new Providers(settings(false, Map.of("plug", text), "plug"));
    assertThatThrownBy(() -> providers.open("plug"))
        .isInstanceOf(ProviderException.class)
        .hasMessageStartingWith("provider-library plug: ")
        .hasMessageEndingWith("(expected: one that loads)");
    // Nothing stays registered: the same name can be tried again.
    assertThatThrownBy(() -> providers.open("plug")).hasMessageContaining("text.so");
  }

  @Test
  void what_native_code_writes_to_standard_error_is_heard_and_no_more() {
    assumeThat(Platform.isWindows()).isFalse();
    Function write = NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction("write");
    byte[] text = "libcudnn.so.9: cannot open\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try (StandardError error = StandardError.listen()) {
      write.invokeLong(new Object[] {2, text, (long) text.length});
      assertThat(error.heard()).isEqualTo("libcudnn.so.9: cannot open");
    }
    try (StandardError error = StandardError.listen()) {
      assertThat(error.heard()).isEmpty();
    }
  }

  @Test
  void cuda_gets_its_defaults_and_what_the_operator_chose() {
    CudaProvider cuda =
        new CudaProvider(Map.of("use_tf32", "0", "gpu_mem_limit", "1073741824"), true);
    assertThat(cuda.onHost()).isFalse();
    assertThat(cuda.options(STAGE_2))
        .containsEntry("arena_extend_strategy", "kSameAsRequested")
        .containsEntry("cudnn_conv_algo_search", "HEURISTIC")
        .containsEntry("use_tf32", "0")
        .containsEntry("gpu_mem_limit", "1073741824");
  }

  @Test
  void tensorrt_keeps_engines_and_knows_the_range_of_every_input() {
    EngineFolders engines = new EngineFolders(folder, "NVIDIA H200", "1.29.0", "10.9.0");
    TensorRtProvider tensorRt =
        new TensorRtProvider(
            Map.of("trt_max_workspace_size", "268435456"),
            engines,
            new CudaProvider(Map.of(), true),
            true);
    String kept = engines.of(STAGE_2).toString();
    assertThat(kept).isEqualTo(folder + "/NVIDIA_H200/ort-1.29.0/trt-10.9.0/0f61f2-b32");
    assertThat(tensorRt.options(STAGE_2))
        .containsEntry("trt_engine_cache_enable", "1")
        .containsEntry("trt_engine_cache_path", kept)
        .containsEntry("trt_timing_cache_enable", "1")
        .containsEntry("trt_timing_cache_path", kept)
        .containsEntry("trt_profile_min_shapes", "image:1x3x224x224,upstream_tokens:1x50x384")
        .containsEntry("trt_profile_opt_shapes", "image:32x3x224x224,upstream_tokens:32x50x384")
        .containsEntry("trt_profile_max_shapes", "image:32x3x224x224,upstream_tokens:32x50x384")
        .containsEntry("trt_max_workspace_size", "268435456")
        .doesNotContainKey("trt_fp16_enable");
  }

  @Test
  void cuda_computes_with_less_than_float32_unless_tf32_is_off() {
    assertThat(new CudaProvider(Map.of(), true).reducesPrecision()).isTrue();
    assertThat(new CudaProvider(Map.of("use_tf32", "1"), true).reducesPrecision()).isTrue();
    assertThat(new CudaProvider(Map.of("use_tf32", "0"), true).reducesPrecision()).isFalse();
    assertThat(new CudaProvider(Map.of("use_tf32", "1"), false).reducesPrecision()).isFalse();
  }

  @Test
  void tensorrt_computes_with_less_than_float32_unless_the_environment_forbids_tf32() {
    assertThat(tensorRt(Map.of(), true).reducesPrecision()).isTrue();
    assertThat(tensorRt(Map.of(), false).reducesPrecision()).isFalse();
    assertThat(tensorRt(Map.of("trt_fp16_enable", "0"), false).reducesPrecision()).isFalse();
    assertThat(tensorRt(Map.of("trt_fp16_enable", "1"), false).reducesPrecision()).isTrue();
    assertThat(tensorRt(Map.of("trt_bf16_enable", "true"), false).reducesPrecision()).isTrue();
  }

  private TensorRtProvider tensorRt(Map<String, String> chosen, boolean tf32) {
    EngineFolders engines = new EngineFolders(folder, "A", "1", "10");
    return new TensorRtProvider(chosen, engines, new CudaProvider(Map.of(), tf32), tf32);
  }

  @Test
  void another_graph_gpu_version_or_batch_has_another_engine_folder() {
    EngineFolders engines = new EngineFolders(folder, "A", "1", "10");
    assertThat(
            List.of(
                engines.of(STAGE_2),
                engines.of(new StageGraph("0f61f3", STAGE_2.inputs(), 32)),
                engines.of(new StageGraph("0f61f2", STAGE_2.inputs(), 16)),
                new EngineFolders(folder, "B", "1", "10").of(STAGE_2),
                new EngineFolders(folder, "A", "2", "10").of(STAGE_2),
                new EngineFolders(folder, "A", "1", "11").of(STAGE_2)))
        .doesNotHaveDuplicates();
    assertThat(new EngineFolders(folder, "../..", "1", "").of(STAGE_2).normalize())
        .startsWithRaw(folder);
  }

  @Test
  void a_gpu_and_its_driver_are_read_from_the_system() throws Exception {
    NvidiaPlatform none = new NvidiaPlatform(folder);
    assertThat(none.driver()).isEmpty();
    assertThat(none.gpus()).isEmpty();
    Path driver = Files.createDirectories(folder.resolve("proc/driver/nvidia"));
    Files.writeString(driver.resolve("version"), "NVRM version: 570.1\nGCC version: 12\n");
    Path gpu = Files.createDirectories(driver.resolve("gpus/0000:01:00.0"));
    Files.writeString(gpu.resolve("information"), "Model: \t\t NVIDIA H200\nIRQ: 1\n");
    assertThat(none.driver()).contains("NVRM version: 570.1");
    assertThat(none.gpus()).containsExactly("NVIDIA H200");
    assertThat(none.jetson()).isFalse();
  }

  @Test
  void a_jetson_is_known_by_its_board() throws Exception {
    Path tree = Files.createDirectories(folder.resolve("proc/device-tree"));
    Files.writeString(tree.resolve("model"), "NVIDIA Jetson AGX Orin Developer Kit\0");
    assertThat(new NvidiaPlatform(folder).gpus())
        .containsExactly("NVIDIA Jetson AGX Orin Developer Kit");
    assertThat(new NvidiaPlatform(folder).jetson()).isTrue();
  }

  @Test
  void settings_name_only_providers_that_can_be() {
    assertThatThrownBy(() -> settings(false, Map.of(), "cudda"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("provider: cudda (expected: one of [tensorrt, cuda, cpu]");
    assertThatThrownBy(() -> settings(false, Map.of("cuda", folder)))
        .hasMessageStartingWith("provider-library: cuda (expected: ");
    assertThatThrownBy(() -> settings(false, Map.of()).with("plug", Map.of("a", "b")))
        .hasMessageStartingWith("provider-option: plug (expected: ");
    assertThat(settings(false, Map.of()).with("cuda", Map.of("a", "b")).optionsOf("cuda"))
        .containsEntry("a", "b");
  }
}
