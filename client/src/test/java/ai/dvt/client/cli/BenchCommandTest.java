package ai.dvt.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.v1.Priority;
import ai.dvt.client.ToyServer;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BenchCommandTest {
  @TempDir private Path folder;
  private ToyServer server;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws IOException {
    server = new ToyServer();
    picture("cat/1.jpg", 90);
    picture("dog/2.jpg", 40);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void picture(String name, int first) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {(byte) first});
  }

  private int bench(String... arguments) {
    List<String> all = new ArrayList<>(List.of("bench", server.target()));
    Map<String, String> defaults = Map.of("--seconds", "0.4", "--warm-up", "0.4", "--rounds", "2");
    defaults.forEach(
        (option, value) -> {
          if (!List.of(arguments).contains(option)) {
            all.addAll(List.of(option, value));
          }
        });
    all.addAll(List.of(arguments));
    return ClientMain.run(
        new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
  }

  private JsonObject json(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--json");
    int status = bench(all.toArray(String[]::new));
    assertThat(status).as(err.toString()).isZero();
    return JsonParser.parseString(out.toString()).getAsJsonObject();
  }

  private static List<Double> numbers(JsonElement array) {
    List<Double> numbers = new ArrayList<>();
    array.getAsJsonArray().forEach(number -> numbers.add(number.getAsDouble()));
    return numbers;
  }

  @Test
  void the_document_has_exactly_the_promised_fields() {
    JsonObject report = json("--model", "toy", "--against", "toy", "--pictures", folder.toString());
    assertThat(report.keySet()).containsExactly("throughputRatio", "a", "b", "environment");
    JsonObject ratio = report.getAsJsonObject("throughputRatio");
    assertThat(ratio.keySet()).containsExactly("median", "lo", "hi", "rounds");
    assertThat(ratio.get("rounds").getAsInt()).isEqualTo(2);
    assertThat(ratio.get("median").getAsDouble())
        .isBetween(ratio.get("lo").getAsDouble(), ratio.get("hi").getAsDouble());
    for (String side : List.of("a", "b")) {
      JsonObject figures = report.getAsJsonObject(side);
      assertThat(figures.keySet())
          .contains(
              "imagesPerSecond",
              "p50Millis",
              "p99Millis",
              "accuracy",
              "exitShares",
              "errors",
              "repliesPerClient",
              "cpuSecondsPerImage")
          .isSubsetOf(
              "imagesPerSecond",
              "p50Millis",
              "p99Millis",
              "accuracy",
              "exitShares",
              "errors",
              "repliesPerClient",
              "cpuSecondsPerImage",
              "joulesPerImage");
      assertThat(figures.get("imagesPerSecond").getAsDouble()).isPositive();
      assertThat(figures.get("accuracy").getAsDouble()).isBetween(0.3, 0.7);
      assertThat(numbers(figures.get("exitShares"))).containsExactly(0.0, 1.0);
      assertThat(figures.get("errors").getAsInt()).isZero();
      assertThat(figures.get("cpuSecondsPerImage").isJsonNull()).isTrue();
    }
    assertThat(report.getAsJsonObject("environment").keySet())
        .contains("modelSha256", "againstSha256", "provider", "threads", "runtimeVersion", "commit")
        .isSubsetOf(
            "modelSha256",
            "againstSha256",
            "provider",
            "threads",
            "runtimeVersion",
            "commit",
            "energyCounters");
    assertThat(report.getAsJsonObject("environment").get("modelSha256").getAsString())
        .matches("[0-9a-f]{64}");
  }

  @Test
  void without_labels_accuracy_is_null_and_without_b_so_is_the_ratio() {
    JsonObject report = json();
    assertThat(report.get("throughputRatio").isJsonNull()).isTrue();
    assertThat(report.get("b").isJsonNull()).isTrue();
    assertThat(report.getAsJsonObject("a").get("accuracy").isJsonNull()).isTrue();
  }

  @Test
  void policies_are_sent() {
    JsonObject report =
        json(
            "--against",
            "toy",
            "--policy",
            "stop=1",
            "--policy-b",
            "confidence>=0.8",
            "--pictures",
            folder.toString());
    assertThat(numbers(report.getAsJsonObject("a").get("exitShares"))).containsExactly(1.0, 0.0);
    assertThat(numbers(report.getAsJsonObject("b").get("exitShares")))
        .allMatch(share -> share > 0.3 && share < 0.7);
  }

  @Test
  void exits_by_lot_are_taken_in_streams_and_calls() {
    for (String call : List.of("stream", "unary")) {
      out.getBuffer().setLength(0);
      JsonObject report = json("--exits", "0.75,0.25", "--call", call, "--seconds", "1");
      assertThat(numbers(report.getAsJsonObject("a").get("exitShares")).get(0)).isBetween(0.6, 0.9);
    }
  }

  @Test
  void every_client_gets_replies() {
    JsonObject report = json("--clients", "3", "--concurrency", "7", "--seconds", "2");
    assertThat(numbers(report.getAsJsonObject("a").get("repliesPerClient")))
        .hasSize(3)
        .allMatch(replies -> replies > 0);
  }

  @Test
  void a_sweep_has_every_setting_and_the_last_one_on_top() {
    JsonObject report = json("--concurrency", "1,4");
    JsonArray sweep = report.getAsJsonArray("sweep");
    assertThat(sweep).hasSize(2);
    JsonObject last = sweep.get(1).getAsJsonObject();
    assertThat(last.getAsJsonObject("setting").get("concurrency").getAsInt()).isEqualTo(4);
    assertThat(last.get("a")).isEqualTo(report.get("a"));
  }

  @Test
  void an_open_loop_sends_what_arrives() {
    JsonObject report = json("--rate", "100", "--arrivals", "bursty", "--seconds", "1");
    JsonObject a = report.getAsJsonObject("a");
    // 100 expected, ten of deviation in each of the rounds.
    assertThat(a.get("imagesPerSecond").getAsDouble()).isBetween(60.0, 140.0);
    assertThat(a.get("goodput").getAsDouble())
        .isLessThanOrEqualTo(a.get("imagesPerSecond").getAsDouble() + 2);
    assertThat(a.get("errors").getAsInt()).isZero();
  }

  @Test
  void a_replayed_trace_is_sent_as_recorded() throws IOException {
    Path trace = folder.resolve("trace.csv");
    Files.writeString(trace, "0.01\n0.02\n0.2\n");
    JsonObject report = json("--arrivals", "replay:" + trace, "--seconds", "0.19");
    assertThat(numbers(report.getAsJsonObject("a").get("repliesPerClient"))).containsExactly(4.0);
  }

  @Test
  void a_model_or_server_that_is_not_there_is_one_line() {
    assertThat(bench("--model", "none")).isEqualTo(1);
    assertThat(
            ClientMain.run(
                new PrintWriter(out, true), new PrintWriter(err, true), "bench", "127.0.0.1:1"))
        .isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("dvt: "));
  }

  @Test
  void images_without_an_answer_are_errors() throws IOException {
    picture("cat/0.jpg", 0);
    assertThat(bench("--pictures", folder.toString())).isZero();
    assertThat(out.toString()).contains("A: INVALID_ARGUMENT ");
  }

  @Test
  void a_table_shows_both_sides_and_the_ratio() {
    assertThat(bench("--against", "toy", "--seconds", "2")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("images/s", "concurrency 32", "A over B ", "only a 50 % interval", "2 rounds");
  }

  @Test
  void files_and_plots_are_written() throws IOException {
    Path output = folder.resolve("report/new");
    int status =
        bench(
            "--against",
            "toy",
            "--pictures",
            folder.toString(),
            "--concurrency",
            "1,4",
            "--output",
            output.toString());
    assertThat(status).as(err.toString()).isZero();
    // Two settings, two sides, two rounds and their sum each, and the header.
    List<String> lines = Files.readAllLines(output.resolve("bench.csv"));
    assertThat(lines).hasSize(1 + 2 * 2 * 3);
    int columns = lines.get(0).split(",", -1).length;
    assertThat(lines).allMatch(line -> line.split(",", -1).length == columns);
    assertThat(
            JsonParser.parseString(Files.readString(output.resolve("bench.json"))).isJsonObject())
        .isTrue();
    for (String plot : List.of("throughput-load", "latency-load", "accuracy-throughput")) {
      assertThat(ImageIO.read(output.resolve(plot + ".png").toFile()).getWidth()).isEqualTo(1400);
    }
  }

  @Test
  void deadlines_and_parts_are_reported_when_asked_for() {
    JsonObject a =
        json("--rate", "50", "--deadline", "5s", "--policy", "stop=1", "--parts", "--seconds", "1")
            .getAsJsonObject("a");
    JsonObject deadline = a.getAsJsonObject("deadline");
    assertThat(deadline.keySet()).containsExactly("answers", "inTime", "refused", "late");
    assertThat(deadline.get("answers").getAsInt()).isZero();
    assertThat(deadline.get("inTime").isJsonNull()).isTrue();
    JsonObject parts = a.getAsJsonObject("parts");
    // What the toy says of its one exit.
    assertThat(parts.get("stagesP50Millis").getAsDouble()).isEqualTo(2);
    assertThat(parts.get("queuesP50Millis").getAsDouble()).isEqualTo(1);
    assertThat(parts.get("besideP50Millis").getAsDouble())
        .isEqualTo(a.get("p50Millis").getAsDouble() - 3, within(2.0));
  }

  @Test
  void calls_whose_deadline_passes_are_late() {
    server.silent = true;
    JsonObject report = json("--rate", "20", "--deadline", "50ms", "--seconds", "1");
    JsonObject deadline = report.getAsJsonObject("a").getAsJsonObject("deadline");
    assertThat(deadline.get("late").getAsInt())
        .isPositive()
        .isEqualTo(report.getAsJsonObject("a").get("errors").getAsInt());
    assertThat(deadline.get("inTime").getAsDouble()).isZero();
  }

  @Test
  void priorities_and_tokens_are_sent() throws IOException {
    Path token = folder.resolve("token");
    Files.writeString(token, "sixteen-and-more-characters infer\n");
    for (String call : List.of("stream", "unary")) {
      assertThat(bench("--call", call, "--priority", "batch", "--token-file", token.toString()))
          .as(err.toString())
          .isZero();
    }
    assertThat(server.priorities).containsExactlyInAnyOrder(Priority.PRIORITY_BATCH);
    assertThat(server.authorizations).containsExactly("Bearer sixteen-and-more-characters");
    server.priorities.clear();
    assertThat(bench()).isZero();
    assertThat(server.priorities).containsExactly(Priority.PRIORITY_INTERACTIVE);
  }

  @Test
  void a_servers_option_may_read_like_one_of_bench() {
    for (String given : List.of("--server-option=--objective=1s", "--server-option")) {
      err.getBuffer().setLength(0);
      List<String> arguments = new ArrayList<>(List.of(given));
      if (!given.contains("=")) {
        arguments.add("--objective");
      }
      assertThat(bench(arguments.toArray(String[]::new))).isEqualTo(1);
      assertThat(err.toString()).contains("--server-option: given (expected: only with a server");
    }
  }

  @Test
  void wrong_uses_are_one_line() {
    for (List<String> wrong :
        List.of(
            List.of("--exits", "0.5,0.6"),
            List.of("--exits", "0.5,0.25,0.25"),
            List.of("--exits", "0.5,0.5", "--policy", "last"),
            List.of("--points", "all"),
            List.of("--points", "none"),
            List.of("--rate", "0"),
            List.of("--rate", "5", "--concurrency", "5"),
            List.of("--arrivals", "poisson"),
            List.of("--rate", "5", "--arrivals", "odd"),
            List.of("--clients", "5", "--concurrency", "4"),
            List.of("--clients", "0"),
            List.of("--rounds", "0"),
            List.of("--seconds", "-1"),
            List.of("--limit", "0"),
            List.of("--deadline", "5ms"),
            List.of("--models", "."),
            List.of("--token-file", folder.resolve("none").toString()),
            List.of("--tls-ca", folder.resolve("cat/1.jpg").toString()),
            List.of("--policy", "sure"),
            List.of("--pictures", folder.resolve("none").toString()))) {
      err.getBuffer().setLength(0);
      assertThat(bench(wrong.toArray(String[]::new))).as("%s", wrong).isEqualTo(1);
      assertThat(err.toString().lines())
          .as("%s", wrong)
          .singleElement()
          .asString()
          .startsWith("dvt: ")
          .contains("(expected: ");
    }
    assertThat(bench("--objective", "soon")).isEqualTo(2);
    assertThat(bench("--priority", "high")).isEqualTo(2);
  }
}
