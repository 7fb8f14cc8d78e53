package ai.dvt.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.config.Handover;
import ai.dvt.server.config.ProviderSettings;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir private Path folder;

  private ModelVersion toy() throws Exception {
    ToyCascade.write(folder.resolve("toy").resolve("1"), "toy");
    return ModelRepository.scan(folder).latest("toy").orElseThrow();
  }

  private static Finding named(List<Finding> findings, String section, String name) {
    return findings.stream()
        .filter(f -> f.section().equals(section) && f.name().startsWith(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(section + ", " + name + " in " + findings));
  }

  @Test
  void a_machine_without_a_gpu_is_no_fault() {
    List<Finding> findings = new Doctor(ProviderSettings.CPU, 4).examine(Optional.empty());
    assertThat(findings).noneMatch(f -> f.state() == Finding.State.BROKEN);
    assertThat(named(findings, "providers", "cpu").value()).isEqualTo("works");
    assertThat(named(findings, "onnx runtime", "version").value()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(named(findings, "onnx runtime", "compiled in").value()).contains("cpu");
    assertThat(named(findings, "memory", "Java heap").value()).endsWith(" MiB");
  }

  @Test
  void a_model_is_tried_on_what_works() throws Exception {
    List<Finding> findings = new Doctor(ProviderSettings.CPU, 4).examine(Optional.of(toy()));
    assertThat(named(findings, "toy/1", "cpu, self-test of variant portable").value())
        .startsWith("passed; stage 1, batch 1: ")
        .contains("; stage 3, batch 4: ");
    assertThat(named(findings, "toy/1", "cpu, nodes of stage toy2").value())
        .matches("CPUExecutionProvider [1-9][0-9]*");
  }

  @Test
  void a_failed_self_test_is_a_fault() throws Exception {
    ModelVersion toy = toy();
    // Behind the repository's back: it would notice.
    byte[] logits = Files.readAllBytes(toy.folder().resolve("selftest-logits-2.npy"));
    logits[logits.length - 1] ^= 0x40;
    Files.write(toy.folder().resolve("selftest-logits-2.npy"), logits);
    List<Finding> findings = new Doctor(ProviderSettings.CPU, 4).examine(Optional.of(toy));
    Finding selfTest = named(findings, "toy/1", "cpu, self-test");
    assertThat(selfTest.state()).isEqualTo(Finding.State.BROKEN);
    assertThat(selfTest.value()).contains("self-test, stage 2 (toy2), batch 1");
  }

  @Test
  void a_provider_that_does_not_work_is_a_fault_with_its_cause() {
    Path library = folder.resolve("missing.so");
    ProviderSettings settings =
        new ProviderSettings(
            List.of("plug", "cpu"),
            false,
            Map.of(),
            Map.of("plug", library),
            folder,
            Handover.AUTO,
            Optional.empty());
    List<Finding> findings = new Doctor(settings, 4).examine(Optional.empty());
    assertThat(named(findings, "providers", "plug"))
        .isEqualTo(
            new Finding(
                "providers",
                "plug",
                "provider-library plug: " + library + " (expected: a library's file)",
                Finding.State.BROKEN));
    assertThat(named(findings, "providers", "cpu").state()).isEqualTo(Finding.State.OK);
  }

  @Test
  void processor_and_limits_are_read_from_the_system() throws Exception {
    Files.createDirectories(folder.resolve("proc"));
    Files.writeString(
        folder.resolve("proc/cpuinfo"),
        "processor\t: 0\nmodel name\t: Xeon\nflags\t\t: sse avx2 amx_bf16 avx512_bf16\n");
    Files.writeString(folder.resolve("proc/meminfo"), "MemTotal:  8 kB\nMemAvailable:  4 kB\n");
    Path group = Files.createDirectories(folder.resolve("sys/fs/cgroup"));
    Files.writeString(group.resolve("cpu.max"), "200000 100000\n");
    Files.writeString(group.resolve("memory.max"), "1073741824\n");
    List<Finding> findings = new Host(folder).findings();
    assertThat(named(findings, "processor", "model").value()).isEqualTo("Xeon");
    assertThat(named(findings, "processor", "features").value())
        .isEqualTo("avx2 avx512_bf16 amx_bf16");
    assertThat(named(findings, "processor", "cgroup").value()).isEqualTo("200000 100000");
    assertThat(named(findings, "memory", "available").value()).isEqualTo("4 kB");
    assertThat(named(findings, "memory", "cgroup").value()).isEqualTo("1073741824");
  }
}
