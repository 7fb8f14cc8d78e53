package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.config.Adaptation;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.HttpSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape says after known traffic: 2 images at exit 1, 1 at exit 2, 3 at exit 3. */
@Timeout(60)
class MetricsTest {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{[^}]*})? ([-+0-9.eE]+|NaN|[+-]Inf)");
  private static final String TOY = "model=\"toy\",version=\"1\"";
  private static final double[] GFLOPS = {0.5, 1.0, 1.5};

  @TempDir static Path models;

  private static HttpResponse<String> response;

  /** Name with labels to value. */
  private static Map<String, Double> scrape;

  @BeforeAll
  static void serveAndScrape() throws Exception {
    Adaptation refuses =
        new Adaptation(false, Optional.of(Duration.ofMinutes(1)), 0, Adaptation.GuardAction.WARN);
    try (ToyServer toy = ToyServer.start(ToyServer.config(models).with(refuses));
        HttpFront front =
            HttpFront.open(toy.server, new HttpSettings(Defaults.HOST, 0, false, List.of()))) {
      ClassifyRequest.Builder request =
          ClassifyRequest.newBuilder()
              .setModel(ToyServer.TOY)
              .setPolicy(Policies.toMessage(ExitPolicy.parse("confidence>=0.9,0.9")));
      for (int exit : new int[] {1, 1, 2, 3, 3, 3}) {
        request.addImages(ToyServer.picture(exit, 1));
      }
      toy.stub().classify(request.build());
      assertThatThrownBy(
              () ->
                  toy.stub()
                      .classify(
                          request.setModel(ModelRef.newBuilder().setName("no").build()).build()))
          .hasMessageContaining("NOT_FOUND");
      HttpRequest get =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + front.port() + "/metrics"))
              .build();
      response = HttpClient.newHttpClient().send(get, BodyHandlers.ofString());
    }
    scrape = parse(response.body());
  }

  @AfterAll
  static void forget() {
    response = null;
    scrape = null;
  }

  /** Every line is a comment or a sample whose metric was declared before it. */
  private static Map<String, Double> parse(String text) {
    Map<String, Double> samples = new HashMap<>();
    Set<String> declared = new HashSet<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("#")) {
        assertThat(line).matches("# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+");
        declared.add(line.split(" ")[2]);
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      assertThat(sample.matches()).as(line).isTrue();
      String name = sample.group(1);
      assertThat(declared)
          .as(line)
          .containsAnyOf(name, name.replaceFirst("_(bucket|count|sum|max)$", ""));
      String labels = sample.group(2) == null ? "" : sample.group(2);
      Double earlier =
          samples.put(name + labels, Double.valueOf(sample.group(3).replace("Inf", "Infinity")));
      assertThat(earlier).as("twice: " + line).isNull();
    }
    return samples;
  }

  @Test
  void a_scrape_is_prometheus_text() {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(scrape).hasSizeGreaterThan(50);
  }

  @Test
  void images_are_counted_by_exit_and_reason() {
    String name = "dvt_images_answered_total";
    assertThat(scrape)
        .containsEntry(
            name + "{exit=\"1\"," + TOY.replace(",version", ",reason=\"confident\",version") + "}",
            2.0)
        .containsEntry(
            name + "{exit=\"2\"," + TOY.replace(",version", ",reason=\"confident\",version") + "}",
            1.0)
        .containsEntry(
            name + "{exit=\"3\"," + TOY.replace(",version", ",reason=\"final\",version") + "}",
            3.0);
  }

  @Test
  void cost_and_savings_are_those_of_the_exits() {
    double spent = 2 * GFLOPS[0] + GFLOPS[1] + 3 * GFLOPS[2];
    assertThat(scrape)
        .containsEntry("dvt_image_gflops_total{" + TOY + "}", spent)
        .containsEntry("dvt_image_gflops_saved_total{" + TOY + "}", 6 * GFLOPS[2] - spent);
  }

  @Test
  void every_row_of_every_run_is_in_the_batch_sizes() {
    for (int stage = 1; stage <= 3; stage++) {
      String at = "{" + TOY.replace(",version", ",stage=\"" + stage + "\",version") + "}";
      int rows = new int[] {6, 4, 3}[stage - 1];
      assertThat(scrape.get("dvt_stage_batch_size_sum" + at)).isEqualTo(rows);
      assertThat(scrape.get("dvt_stage_batch_size_count" + at)).isBetween(1.0, (double) rows);
      assertThat(scrape.get("dvt_stage_compute_seconds_total" + at)).isPositive();
      assertThat(scrape.get("dvt_stage_queue_seconds_total" + at)).isPositive();
      assertThat(scrape.get("dvt_stage_queue_rows" + at)).isZero();
    }
  }

  @Test
  void preparing_is_counted_and_timed_apart() {
    assertThat(scrape).containsEntry("dvt_images_prepared_total{" + TOY + "}", 6.0);
    assertThat(scrape.get("dvt_image_preparation_seconds_total{" + TOY + "}")).isPositive();
  }

  @Test
  void calls_are_timed_by_method_and_status() {
    String classify = "{method=\"cascade.v1.CascadeService/Classify\",status=\"";
    String name = "dvt_request_duration_seconds_count";
    assertThat(scrape)
        .containsEntry(name + classify + "OK\"}", 1.0)
        .containsEntry(name + classify + "NOT_FOUND\"}", 1.0);
  }

  @Test
  void the_load_level_is_told_of_every_model() {
    assertThat(scrape)
        .containsEntry("dvt_load_level{" + TOY + "}", 0.0)
        .containsEntry("dvt_load_refused_total{" + TOY + "}", 0.0)
        .containsKey("dvt_load_expected_wait_seconds{" + TOY + "}");
  }

  @Test
  void room_and_memory_are_told() {
    assertThat(scrape)
        .containsEntry("dvt_admission_capacity_bytes", (double) (64 << 20))
        .containsEntry("dvt_admission_bytes", 0.0)
        .containsEntry("dvt_admission_admitted_total", 6.0)
        .containsEntry("dvt_model_ready{" + TOY + "}", 1.0);
    assertThat(scrape).containsKey("dvt_native_memory_bytes"); // 0 after a rest
    assertThat(scrape.get("process_cpu_seconds_total")).isPositive();
  }

  @Test
  void every_metric_of_the_dashboard_is_in_a_scrape() throws Exception {
    String dashboard = Files.readString(Path.of("..", "docs", "grafana-dashboard.json"));
    Set<String> names = new HashSet<>();
    scrape.keySet().forEach(key -> names.add(key.replaceFirst("\\{.*", "")));
    Matcher used = Pattern.compile("\\b(?:dvt|jvm|process)_[a-z_]+").matcher(dashboard);
    Set<String> missing = new HashSet<>();
    int found = 0;
    while (used.find()) {
      found++;
      if (!names.contains(used.group())) {
        missing.add(used.group());
      }
    }
    assertThat(found).isGreaterThan(20);
    assertThat(missing).isEmpty();
  }
}
