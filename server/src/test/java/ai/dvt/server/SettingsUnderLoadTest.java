package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.ModelStatistics;
import ai.dvt.inference.ModelStatisticsRequest;
import ai.dvt.server.config.Adaptation;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.HttpSettings;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.toy.TinyExports;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keep rates of one EViT as levels of a plan for load, and what is counted for each. */
@Timeout(120)
class SettingsUnderLoadTest {
  private static final int PICTURE = 3 * 48 * 48;

  /** So short that a few images that wait press. */
  private static final Duration OBJECTIVE = Duration.ofNanos(100_000);

  @TempDir static Path folder;

  @BeforeAll
  static void exportAndCalibrate() throws Exception {
    Path version = folder.resolve("models/evit/1");
    TinyExports.ofOneViT(
        version, "--architecture=evit", "--keep-rate=0.9,0.5", "--fuse", "--drop-at=1,2,4");
    Files.delete(version.resolve("calibrations/settings.json"));
    Files.writeString(
        version.resolve("calibrations/val.json"),
        Manifests.toJson(
            new Calibration(
                "made up",
                List.of(point("keep-0.90", 0.9), point("keep-0.50", 0.8)),
                Optional.of("keep-0.90"))));
  }

  private static OperatingPoint point(String setting, double accuracy) {
    return new OperatingPoint(
        setting,
        Optional.of(setting),
        new Thresholds(Criterion.CONFIDENCE, List.of()),
        OptionalDouble.of(accuracy),
        OptionalDouble.empty(),
        List.of(1.0));
  }

  private static ToyServer server() throws Exception {
    return ToyServer.start(
        new ServerConfig(
                folder.resolve("models"),
                Defaults.HOST,
                0,
                new EngineLimits(1, 4, Duration.ZERO, 64 << 20),
                Defaults.calls(),
                Defaults.connections(),
                Duration.ofSeconds(20))
            .with(new Adaptation(true, Optional.of(OBJECTIVE), 0, Adaptation.GuardAction.WARN)));
  }

  private static float confidence(ToyServer server, int images, String policy) throws Exception {
    float[] values = NpyFile.read(TinyExports.GOLDEN.resolve("pruning/evit-tiny.x.npy")).toFloats();
    ClassifyRequest.Builder request =
        ClassifyRequest.newBuilder().setModel(ModelRef.newBuilder().setName("evit"));
    if (!policy.isEmpty()) {
      request.setPolicy(Policies.toMessage(ExitPolicy.parse(policy)));
    }
    for (int image = 0; image < images; image++) {
      request.addImages(ToyServer.tensor(Arrays.copyOf(values, PICTURE), 3, 48, 48));
    }
    return server
        .stub()
        .classify(request.build())
        .getResults(0)
        .getAnswer()
        .getExits(0)
        .getConfidence();
  }

  @Test
  void under_load_images_get_a_cheaper_setting_unless_they_refuse() throws Exception {
    try (ToyServer server = server();
        HttpFront front =
            HttpFront.open(server.server, new HttpSettings(Defaults.HOST, 0, false, List.of()))) {
      float dear = confidence(server, 1, "point=keep-0.90; adapt=no");
      float cheap = confidence(server, 1, "point=keep-0.50; adapt=no");
      assertThat(cheap).isNotCloseTo(dear, within(1e-4f));

      List<Float> seen = new ArrayList<>();
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      do {
        confidence(server, 64, ""); // the load
        seen.add(confidence(server, 1, ""));
      } while (seen.get(seen.size() - 1) != cheap && System.nanoTime() < end);
      assertThat(seen).last().isEqualTo(cheap);
      assertThat(confidence(server, 1, "adapt=no")).isEqualTo(dear);
      assertThat(confidence(server, 1, "point=keep-0.90; adapt=no")).isEqualTo(dear);
      assertThat(confidence(server, 1, "cost=0.02GFLOPs; adapt=no")).isEqualTo(cheap);

      Map<String, ModelStatistics> statistics = statistics(server);
      assertThat(statistics).containsOnlyKeys("1", "1 keep-0.90", "1 keep-0.50");
      assertThat(statistics.get("1").getInferenceCount())
          .isEqualTo(
              statistics.get("1 keep-0.90").getInferenceCount()
                  + statistics.get("1 keep-0.50").getInferenceCount());
      assertThat(statistics.get("1 keep-0.50").getInferenceCount()).isGreaterThanOrEqualTo(3);
      String scrape = scrape(front);
      for (String setting : List.of("keep-0.90", "keep-0.50")) {
        assertThat(scrape)
            .containsPattern(
                "dvt_images_answered_total\\{[^}]*setting=\"" + setting + "\"[^}]*} [1-9]")
            .containsPattern("dvt_stage_compute_seconds_total\\{[^}]*setting=\"" + setting + "\"");
      }
      assertThat(scrape.lines().filter(line -> line.startsWith("dvt_load_level{"))).hasSize(1);
    }
  }

  private static Map<String, ModelStatistics> statistics(ToyServer server) {
    var channel = server.open();
    try {
      return GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .modelStatistics(ModelStatisticsRequest.newBuilder().setName("evit").build())
          .getModelStatsList()
          .stream()
          .collect(java.util.stream.Collectors.toMap(ModelStatistics::getVersion, one -> one));
    } finally {
      channel.shutdownNow();
    }
  }

  private static String scrape(HttpFront front) throws Exception {
    HttpRequest get =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front.port() + "/metrics")).build();
    return HttpClient.newHttpClient().send(get, BodyHandlers.ofString()).body();
  }
}
