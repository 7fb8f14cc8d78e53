package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.BoundPolicy.Circumstances;
import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.v1.Answer;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.DescribeModelRequest;
import ai.dvt.cascade.v1.DescribeModelResponse;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.exporter.cli.ExporterMain;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a checkpoint in the authors' layout to gRPC answers equal to the authors' network. */
@Timeout(120)
class ExportedCascadeTest {
  private static final Path GOLDEN = Path.of("../exporter/src/test/resources/golden/dvt");
  private static final ModelRef MODEL = ModelRef.newBuilder().setName("dvt").build();

  /** Confidences of softmax over ten logits that agree to 1e-4. */
  private static final float TOLERANCE = 1e-4f;

  @TempDir static Path models;

  private static void export() throws Exception {
    Path log = models.resolve("log");
    ProcessBuilder exporter =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            ExporterMain.class.getName(),
            "export",
            "--checkpoint=" + GOLDEN.resolve("dvt-deit-both.pth.tar"),
            "--architecture=dvt-deit",
            "--heads=3",
            "--image-size=224",
            "--output=" + models.resolve("dvt/1"));
    exporter.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    exporter.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = exporter.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as("%s", Files.readString(log)).isZero();
  }

  private static ClassifyResponse classify(ToyServer server, NpyArray input, ExitPolicy policy) {
    ClassifyRequest.Builder request =
        ClassifyRequest.newBuilder().setModel(MODEL).setPolicy(Policies.toMessage(policy));
    float[] values = input.toFloats();
    int size = 3 * 224 * 224;
    for (int image = 0; image < values.length / size; image++) {
      request.addImages(
          ToyServer.tensor(
              Arrays.copyOfRange(values, image * size, (image + 1) * size), 3, 224, 224));
    }
    return server.stub().classify(request.build());
  }

  @Test
  void every_exit_says_what_the_authors_network_says() throws Exception {
    export();
    NpyArray input = NpyFile.read(GOLDEN.resolve("input.npy"));
    float[][] logits = new float[3][];
    for (int exit = 1; exit <= 3; exit++) {
      logits[exit - 1] =
          NpyFile.read(GOLDEN.resolve("dvt-deit-both.exit" + exit + ".logits.npy")).toFloats();
    }
    ServerConfig config =
        new ServerConfig(
            models,
            Defaults.HOST,
            0,
            new EngineLimits(2, 4, Duration.ZERO, 64 << 20),
            Defaults.calls(),
            Defaults.connections(),
            Duration.ofSeconds(20));
    try (ToyServer server = ToyServer.start(config)) {
      List<Answer> last =
          classify(server, input, ExitPolicy.LAST_EXIT).getResultsList().stream()
              .map(result -> result.getAnswer())
              .toList();
      assertThat(last).hasSize(logits[0].length / 10);
      for (int image = 0; image < last.size(); image++) {
        for (int exit = 1; exit <= 3; exit++) {
          ExitOutcome expected = outcome(logits, image, exit);
          assertThat(last.get(image).getExits(exit - 1).getConfidence())
              .isCloseTo(expected.confidence(), within(TOLERANCE));
          assertThat(last.get(image).getExits(exit - 1).getIndex()).isEqualTo(expected.index());
        }
      }
      operatingPointsDecideAlike(server, input, logits);
      server.awaitEmpty();
    }
  }

  private static ExitOutcome outcome(float[][] logits, int image, int exit) {
    return ExitOutcome.ofLogits(
        exit, Arrays.copyOfRange(logits[exit - 1], image * 10, image * 10 + 10));
  }

  private static void operatingPointsDecideAlike(
      ToyServer server, NpyArray input, float[][] logits) {
    DescribeModelResponse model =
        server.stub().describeModel(DescribeModelRequest.newBuilder().setModel(MODEL).build());
    assertThat(model.getVariant()).isEqualTo("cpu");
    Calibration official = Manifests.fromMessage(model.getCalibrations(0));
    List<Double> gflops = Manifests.fromMessage(model.getManifest()).variants().get(0).gflops();
    List<OperatingPoint> points = official.points();
    for (OperatingPoint point : List.of(points.get(0), points.get(points.size() / 2))) {
      BoundPolicy policy =
          BoundPolicy.of(ExitPolicy.of(point.thresholds()), gflops, name -> Optional.empty());
      ClassifyResponse response =
          classify(server, input, ExitPolicy.of(new ExitRule.AtPoint(point.name())));
      for (int image = 0; image < response.getResultsCount(); image++) {
        int exit = 1;
        while (policy.decide(outcome(logits, image, exit), Circumstances.CALM)
            instanceof ExitDecision.Continue) {
          exit++;
        }
        assertThat(response.getResults(image).getAnswer().getExit()).isEqualTo(exit);
      }
    }
  }
}
