package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.v1.Answer;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.exporter.cli.ExporterMain;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.HttpSettings;
import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.config.ServerConfig;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keep rates of one EViT, served as one model, against the authors' logits for each. */
class SettingsServingTest {
  private static final Path GOLDEN = Path.of("../exporter/src/test/resources/golden/pruning");
  private static final int PICTURE = 3 * 48 * 48;

  /** Weights of the tiny model are 780,160 bytes. */
  private static final long ROOM_FOR_ONE = 1_000_000;

  @TempDir static Path folder;

  @BeforeAll
  static void export() throws Exception {
    Path log = folder.resolve("log");
    ProcessBuilder exporter =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            ExporterMain.class.getName(),
            "export",
            "--checkpoint=" + GOLDEN.resolve("evit-tiny.pth"),
            "--architecture=evit",
            "--keep-rate=0.9,0.7,0.5",
            "--fuse",
            "--drop-at=1,2,4",
            "--heads=3",
            "--image-size=48",
            "--output=" + folder.resolve("models/evit/1"));
    exporter.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = exporter.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as("%s", Files.readString(log)).isZero();
  }

  private static ToyServer server(long settingBytes) throws Exception {
    Path copies = Files.createDirectories(folder.resolve("copies-" + settingBytes));
    return ToyServer.start(
        new ServerConfig(
                folder.resolve("models"),
                Defaults.HOST,
                0,
                new EngineLimits(2, 4, Duration.ZERO, 64 << 20),
                Defaults.calls(),
                Defaults.connections(),
                Duration.ofSeconds(20))
            .with(
                new RepositorySettings(
                    Optional.empty(),
                    1,
                    false,
                    Optional.of(copies),
                    List.of(),
                    false,
                    settingBytes)));
  }

  private static List<Answer> classify(ToyServer server, String policy) throws Exception {
    float[] values = NpyFile.read(GOLDEN.resolve("evit-tiny.x.npy")).toFloats();
    ClassifyRequest.Builder request =
        ClassifyRequest.newBuilder().setModel(ModelRef.newBuilder().setName("evit"));
    if (!policy.isEmpty()) {
      request.setPolicy(Policies.toMessage(ExitPolicy.parse(policy)));
    }
    for (int image = 0; image < values.length / PICTURE; image++) {
      request.addImages(
          ToyServer.tensor(
              Arrays.copyOfRange(values, image * PICTURE, (image + 1) * PICTURE), 3, 48, 48));
    }
    return server.stub().classify(request.build()).getResultsList().stream()
        .map(result -> result.getAnswer())
        .toList();
  }

  private static void assertIs(List<Answer> answers, String run) throws Exception {
    float[] logits = NpyFile.read(GOLDEN.resolve("evit-tiny." + run + ".logits.npy")).toFloats();
    assertThat(answers).hasSize(logits.length / 10);
    for (int image = 0; image < answers.size(); image++) {
      ExitOutcome expected =
          ExitOutcome.ofLogits(1, Arrays.copyOfRange(logits, image * 10, image * 10 + 10));
      assertThat(answers.get(image).getExits(0).getIndex()).isEqualTo(expected.index());
      assertThat(answers.get(image).getExits(0).getConfidence())
          .isCloseTo(expected.confidence(), within(1e-5f));
    }
  }

  @Test
  void a_point_or_a_cap_on_cost_chooses_the_setting() throws Exception {
    try (ToyServer server = server(RepositorySettings.SETTING_BYTES)) {
      List<Answer> first = classify(server, "");
      assertIs(classify(server, "point=keep-0.70"), "k70.fuse");
      assertIs(classify(server, "point=keep-0.50"), "k50.fuse");
      // 0.0311, 0.0218 and 0.0159 GFLOPs.
      assertIs(classify(server, "cost=0.03GFLOPs"), "k70.fuse");
      assertIs(classify(server, "cost=0.02GFLOPs"), "k50.fuse");
      assertThat(classify(server, "point=keep-0.90").get(0).getExits(0).getConfidence())
          .isEqualTo(first.get(0).getExits(0).getConfidence())
          .isNotCloseTo(
              classify(server, "point=keep-0.50").get(0).getExits(0).getConfidence(),
              within(1e-4f));
      assertThatThrownBy(() -> classify(server, "point=keep-0.10"))
          .hasMessageContaining("operating point of the model");
      assertThatThrownBy(() -> classify(server, "cost=0.001GFLOPs"))
          .hasMessageContaining("max_gflops");
      server.awaitEmpty();
    }
  }

  @Test
  void the_page_offers_every_setting_with_its_cost_and_answers_in_it() throws Exception {
    BufferedImage picture = new BufferedImage(70, 50, BufferedImage.TYPE_BYTE_GRAY);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", png);
    HttpClient client = HttpClient.newHttpClient();
    try (ToyServer server = server(RepositorySettings.SETTING_BYTES);
        HttpFront front =
            HttpFront.open(server.server, new HttpSettings(Defaults.HOST, 0, true, List.of()))) {
      URI root = URI.create("http://127.0.0.1:" + front.port());
      HttpRequest models = HttpRequest.newBuilder(root.resolve("/api/models")).build();
      JsonObject model =
          JsonParser.parseString(client.send(models, BodyHandlers.ofString()).body())
              .getAsJsonArray()
              .get(0)
              .getAsJsonObject();
      List<JsonObject> points =
          model.getAsJsonArray("points").asList().stream().map(p -> p.getAsJsonObject()).toList();
      assertThat(points)
          .extracting(point -> point.get("name").getAsString())
          .containsExactly("keep-0.50", "keep-0.70", "keep-0.90");
      assertThat(points.get(2).has("stages")).isFalse();
      double cost =
          points
              .get(0)
              .getAsJsonArray("stages")
              .get(0)
              .getAsJsonObject()
              .get("gflops")
              .getAsDouble();
      assertThat(cost).isCloseTo(0.0159, within(1e-4));
      URI classify = root.resolve("/api/classify?model=evit&policy=point%3Dkeep-0.50");
      HttpRequest request =
          HttpRequest.newBuilder(classify)
              .POST(HttpRequest.BodyPublishers.ofByteArray(png.toByteArray()))
              .build();
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(
              JsonParser.parseString(answer.body()).getAsJsonObject().get("gflops").getAsDouble())
          .isEqualTo(cost);
    }
  }

  @Test
  void settings_take_turns_where_memory_is_short_and_leave_no_files() throws Exception {
    try (ToyServer server = server(ROOM_FOR_ONE)) {
      for (int turn = 0; turn < 2; turn++) {
        assertIs(classify(server, "point=keep-0.70"), "k70.fuse");
        assertIs(classify(server, "point=keep-0.50"), "k50.fuse");
      }
      server.awaitEmpty();
    }
    try (Stream<Path> left = Files.list(folder.resolve("copies-" + ROOM_FOR_ONE))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void a_setting_that_is_too_large_is_refused_and_the_first_one_goes_on() throws Exception {
    try (ToyServer server = server(1000)) {
      assertThatThrownBy(() -> classify(server, "point=keep-0.50"))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("780160 bytes of weights (expected: at most 1000")
          .extracting(e -> ((StatusRuntimeException) e).getStatus().getCode())
          .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(classify(server, "")).hasSize(2);
    }
  }
}
