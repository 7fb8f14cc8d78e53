package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.HttpSettings;
import ai.dvt.server.toy.ToyPictures;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP port with the page, over real connections. */
@Timeout(60)
class HttpFrontTest {
  @TempDir static Path folder;

  private static ToyServer toy;
  private static HttpFront front;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    Path pictures = folder.resolve("pictures");
    ToyPictures.write(pictures, 3, 5);
    Files.writeString(folder.resolve("secret.txt"), "secret");
    toy = ToyServer.start(folder.resolve("models"));
    front = HttpFront.open(toy.server, new HttpSettings(Defaults.HOST, 0, true, List.of(pictures)));
  }

  @AfterAll
  static void end() {
    front.close();
    toy.close();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front.port() + path));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private static HttpResponse<String> post(String path, byte[] body) throws Exception {
    return send(request(path).POST(BodyPublishers.ofByteArray(body)));
  }

  /** What the server says to bytes that no HTTP client would send. */
  private static String raw(String text) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", front.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The picture of a class that is sure from an exit on. */
  private static byte[] picture(int label, int exit) throws Exception {
    return Files.readAllBytes(folder.resolve("pictures/" + label + "/00" + (exit - 1) + ".png"));
  }

  @Test
  void the_page_and_all_that_it_loads_come_from_the_server() throws Exception {
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'");
    for (String asset :
        List.of("page.css", "page.js", "journey.js", "chart.js", "run.js", "icon.svg")) {
      HttpResponse<String> found = get("/" + asset);
      assertThat(found.statusCode()).isEqualTo(200);
      assertThat(found.body()).doesNotContain("https://");
    }
    assertThat(page.body()).doesNotContain("https://").doesNotContain("http://");
  }

  @Test
  void models_are_told_with_grids_costs_and_labels() throws Exception {
    JsonArray models = JsonParser.parseString(get("/api/models").body()).getAsJsonArray();
    JsonObject model = models.get(0).getAsJsonObject();
    assertThat(model.get("name").getAsString()).isEqualTo("toy");
    assertThat(model.getAsJsonArray("stages")).hasSize(3);
    assertThat(model.getAsJsonArray("labels")).hasSize(4);
    assertThat(model.getAsJsonObject("input").get("width").getAsInt()).isEqualTo(2);
  }

  @Test
  void a_picture_leaves_at_the_exit_that_is_sure_and_tells_of_every_exit() throws Exception {
    HttpResponse<String> response =
        post("/api/classify?model=toy&policy=" + encoded("confidence>=0.6,0.6"), picture(2, 2));
    assertThat(response.statusCode()).isEqualTo(200);
    JsonObject answer = JsonParser.parseString(response.body()).getAsJsonObject();
    assertThat(answer.get("exit").getAsInt()).isEqualTo(2);
    assertThat(answer.get("reason").getAsString()).isEqualTo("confident");
    assertThat(answer.getAsJsonArray("exits")).hasSize(2);
    JsonObject best = answer.getAsJsonArray("labels").get(0).getAsJsonObject();
    assertThat(best.get("name").getAsString()).isEqualTo("2");
    JsonObject first = answer.getAsJsonArray("exits").get(0).getAsJsonObject();
    assertThat(first.get("confidence").getAsDouble()).isBetween(0.25, 0.6);
  }

  @Test
  void a_run_answers_every_sample_once_and_ends_with_its_time() throws Exception {
    HttpResponse<String> response =
        post("/api/run?model=toy&policy=" + encoded("confidence>=0.6,0.6"), new byte[0]);
    List<JsonObject> lines =
        response
            .body()
            .lines()
            .map(line -> JsonParser.parseString(line).getAsJsonObject())
            .toList();
    assertThat(lines).hasSize(13);
    List<JsonObject> answers = lines.subList(0, 12);
    assertThat(answers)
        .extracting(line -> line.get("sample").getAsInt())
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    // Samples are told apart by rank: the first of every class, then the second, then the third.
    assertThat(answers)
        .allSatisfy(
            line ->
                assertThat(line.get("exit").getAsInt())
                    .isEqualTo(1 + line.get("sample").getAsInt() / 4));
    assertThat(lines.get(12).get("pictures").getAsInt()).isEqualTo(12);
    assertThat(lines.get(12).get("seconds").getAsDouble()).isPositive();
  }

  @Test
  void pictures_and_folders_are_offered_together() throws Exception {
    Path pictures = folder.resolve("pictures");
    Path unnamed = Files.copy(pictures.resolve("3/000.png"), folder.resolve("photo"));
    HttpSettings settings =
        new HttpSettings(
            Defaults.HOST,
            0,
            true,
            List.of(pictures.resolve("2"), unnamed, pictures.resolve("1/001.png")));
    try (HttpFront other = HttpFront.open(toy.server, settings)) {
      URI root = URI.create("http://127.0.0.1:" + other.port());
      HttpRequest samples = HttpRequest.newBuilder(root.resolve("/api/samples")).build();
      JsonArray all =
          JsonParser.parseString(CLIENT.send(samples, BodyHandlers.ofString()).body())
              .getAsJsonArray();
      assertThat(all)
          .extracting(sample -> sample.getAsJsonObject().get("name").getAsString())
          .containsExactlyInAnyOrder("photo", "001.png", "000.png", "001.png", "002.png");
      HttpRequest first = HttpRequest.newBuilder(root.resolve("/samples/0")).build();
      assertThat(CLIENT.send(first, BodyHandlers.ofByteArray()).body())
          .isEqualTo(Files.readAllBytes(unnamed));
    }
  }

  @Test
  void pictures_that_are_not_there_stop_the_start() {
    Path nowhere = folder.resolve("nowhere");
    assertThatThrownBy(
            () ->
                HttpFront.open(
                    toy.server, new HttpSettings(Defaults.HOST, 0, true, List.of(nowhere))))
        .hasMessageContaining("page-pictures: [" + nowhere + "]");
  }

  @Test
  void samples_are_numbers_and_no_path_leads_out_of_their_folder() throws Exception {
    assertThat(get("/samples/0").headers().firstValue("Content-Type")).hasValue("image/png");
    for (String id :
        List.of(
            "12", "-1", "x", "", "..%2Fsecret.txt", "%2e%2e/secret.txt", "0/../../secret.txt")) {
      HttpResponse<String> refused = get("/samples/" + id);
      assertThat(refused.statusCode()).as(id).isEqualTo(404);
      assertThat(refused.body()).doesNotContain("secret\n");
    }
    assertThat(raw("GET /../secret.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404");
  }

  @Test
  void a_wrong_method_gets_405_and_is_told_the_right_one() throws Exception {
    HttpResponse<String> response = post("/", new byte[0]);
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue("GET");
    assertThat(get("/api/classify").statusCode()).isEqualTo(405);
    assertThat(send(request("/api/run").method("OPTIONS", BodyPublishers.noBody())).statusCode())
        .isEqualTo(405);
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
    HttpResponse<String> head = send(request("/healthz").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void a_page_of_another_origin_can_drive_nothing() throws Exception {
    assertThat(
            send(request("/api/run?model=toy")
                    .header("Origin", "http://evil.example")
                    .POST(BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(403);
    assertThat(send(request("/api/models").header("Sec-Fetch-Site", "cross-site")).statusCode())
        .isEqualTo(403);
    assertThat(
            send(request("/api/run?model=toy")
                    .header("Origin", "http://127.0.0.1:" + front.port())
                    .POST(BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void a_foreign_name_that_leads_here_is_refused() throws Exception {
    String rest = "\r\nConnection: close\r\n\r\n";
    assertThat(raw("GET /api/models HTTP/1.1\r\nHost: evil.example" + rest))
        .startsWith("HTTP/1.1 421");
    assertThat(raw("GET /api/models HTTP/1.1\r\nHost: localhost:99" + rest))
        .startsWith("HTTP/1.1 200");
    assertThat(raw("GET /api/models HTTP/1.1\r\nHost: [::1]:99" + rest)).startsWith("HTTP/1.1 200");
    assertThat(raw("GET /healthz HTTP/1.1\r\nHost: dvt.example" + rest)).startsWith("HTTP/1.1 200");
  }

  @Test
  void a_bad_request_is_told_what_is_wrong_and_the_next_one_is_answered() throws Exception {
    HttpResponse<String> noPicture = post("/api/classify?model=toy", "no picture".getBytes());
    assertThat(noPicture.statusCode()).isEqualTo(400);
    assertThat(noPicture.body()).startsWith("image");
    HttpResponse<String> empty = post("/api/classify?model=toy", new byte[0]);
    assertThat(empty.statusCode()).isEqualTo(400);
    assertThat(post("/api/classify?model=no", picture(0, 1)).statusCode()).isEqualTo(404);
    HttpResponse<String> policy =
        post("/api/classify?model=toy&policy=" + encoded("confidence>=7"), picture(0, 1));
    assertThat(policy.statusCode()).isEqualTo(400);
    assertThat(policy.body()).contains("policy");
    HttpResponse<String> count =
        post("/api/classify?model=toy&policy=" + encoded("confidence>=0.5"), picture(0, 1));
    assertThat(count.statusCode()).isEqualTo(400);
    assertThat(count.body()).contains("2, one per exit but the last");
    assertThat(
            raw("GET /api/models?a=%ZZ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(post("/api/classify?model=toy", picture(0, 1)).statusCode()).isEqualTo(200);
  }

  @Test
  void a_body_that_is_too_large_is_refused_before_it_is_read() throws Exception {
    String answer =
        raw(
            "POST /api/classify?model=toy HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999"
                + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 413").contains("at most");
  }

  @Test
  void garbage_and_half_requests_do_not_stop_the_port() throws Exception {
    raw("\0\1\2\3\r\n\r\n");
    raw("GET");
    raw("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n");
    raw(
        "POST /api/classify?model=toy HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nhalf");
    raw("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(get("/healthz").body()).isEqualTo("serving\n");
    toy.awaitEmpty();
  }

  @Test
  void the_load_is_told_in_images_and_bytes() throws Exception {
    JsonObject load = JsonParser.parseString(get("/api/load").body()).getAsJsonObject();
    assertThat(load.get("queueCapacityBytes").getAsLong()).isEqualTo(64 << 20);
    assertThat(load.get("waitingImages").getAsInt()).isZero();
  }

  @Test
  void liveness_ends_with_the_service(@TempDir Path other) throws Exception {
    ToyServer leaving = ToyServer.start(other);
    try (HttpFront bare =
        HttpFront.open(leaving.server, new HttpSettings(Defaults.HOST, 0, false, List.of()))) {
      URI root = URI.create("http://127.0.0.1:" + bare.port());
      HttpRequest healthz = HttpRequest.newBuilder(root.resolve("/healthz")).build();
      assertThat(CLIENT.send(healthz, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      HttpRequest page = HttpRequest.newBuilder(root.resolve("/")).build();
      assertThat(CLIENT.send(page, BodyHandlers.ofString()).statusCode()).isEqualTo(404);
      leaving.close();
      assertThat(CLIENT.send(healthz, BodyHandlers.ofString()).statusCode()).isEqualTo(503);
    }
  }
}
