package ai.dvt.server.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.cli.ExporterMain;
import ai.dvt.server.config.Handover;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cascades of narrower arithmetic, handed over on the host and on the device. */
@Timeout(120)
class ExportedPrecisionTest {
  private static final Path CHECKPOINT =
      Path.of("../exporter/src/test/resources/golden/dvt/dvt-deit-both.pth.tar");

  @TempDir private Path folder;

  private CascadeManifest export(String precision) throws Exception {
    Path log = folder.resolve("log");
    ProcessBuilder exporter =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            ExporterMain.class.getName(),
            "export",
            "--checkpoint=" + CHECKPOINT,
            "--architecture=dvt-deit",
            "--heads=3",
            "--precision=" + precision,
            "--output=" + folder.resolve("dvt/1"));
    exporter.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    exporter.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = exporter.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as("%s", Files.readString(log)).isZero();
    return Manifests.fromJson(Files.readString(folder.resolve("dvt/1/manifest.json")));
  }

  @ParameterizedTest
  @CsvSource({"fp16, FLOAT16", "int8, FLOAT32"})
  void all_exits_say_what_float32_says_however_tensors_are_handed_over(
      String precision, DataType handedOver) throws Exception {
    CascadeManifest manifest = export(precision);
    VariantSpec variant = manifest.variants().get(0);
    assertThat(variant.stages().get(2).handover())
        .isNotEmpty()
        .extracting(HandoverSpec::dataType)
        .allMatch(handedOver::equals);
    for (Handover handover : new Handover[] {Handover.HOST, Handover.DEVICE}) {
      CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 1, handover);
      try (CascadeSessions sessions = device.open(folder.resolve("dvt/1"), manifest, variant, 3)) {
        SelfTest.Report report =
            SelfTest.run(
                sessions, device, folder.resolve("dvt/1"), manifest.selfTest().orElseThrow());
        assertThat(report.problems()).as("%s", handover).isEmpty();
        assertThat(report.timings()).isNotEmpty();
      }
      assertThat(device.openTensors()).isZero();
    }
  }
}
