package ai.dvt.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.client.ToyServer;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClientMainTest {
  @TempDir private Path folder;
  private ToyServer server;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws IOException {
    server = new ToyServer();
    picture("cat/1.jpg", 90);
    picture("cat/2.jpg", 40);
    picture("dog/3.PNG", 95);
    Files.writeString(folder.resolve("cat/notes.txt"), "no picture");
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

  private int run(String... arguments) {
    return ClientMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void demo_ends_with_the_figures_of_the_run() {
    int status =
        run("demo", "--server", server.target(), "--policy", "confidence>=0.8", folder.toString());
    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString().strip())
        .endsWith("accuracy 0.667 (2/3) exits 0.67/0.33 gflops 1.667 vs 3.000");
    assertThat(out.toString())
        .contains("cat/1.jpg", "dog/3.PNG", "wrong")
        .doesNotContain("notes.txt");
  }

  @Test
  void demo_as_json_says_the_same() {
    run("demo", "--server", server.target(), "--json", folder.toString());
    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.get("total").getAsInt()).isEqualTo(3);
    assertThat(report.get("right").getAsInt()).isEqualTo(2);
    assertThat(report.get("lastExitGflops").getAsDouble()).isEqualTo(3.0);
    assertThat(report.get("pictures").getAsJsonArray()).hasSize(3);
    assertThat(report.get("summary").getAsString()).startsWith("accuracy 0.667 (2/3)");
  }

  @Test
  void demo_shows_what_was_said_on_the_way() {
    run("demo", "--server", server.target(), "--json", folder.toString());
    JsonObject second =
        JsonParser.parseString(out.toString())
            .getAsJsonObject()
            .getAsJsonArray("pictures")
            .get(1)
            .getAsJsonObject();
    assertThat(second.getAsJsonArray("exits").get(0).getAsJsonObject().get("label").getAsString())
        .isEqualTo("cat");
    out.getBuffer().setLength(0);
    run("demo", "--server", server.target(), folder.toString());
    assertThat(out.toString().lines().toList().get(0)).contains("before");
    assertThat(out.toString()).contains("1 cat 0.400");
  }

  @Test
  void a_file_that_cannot_be_read_keeps_no_other_from_its_answer() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.jpg"));
    String good = folder.resolve("cat/1.jpg").toString();
    int status = run("demo", "--server", server.target(), empty.toString(), good);
    assertThat(status).isEqualTo(1);
    assertThat(out.toString())
        .contains("empty.jpg: INVALID_ARGUMENT: image: 0 bytes (expected: an image file)")
        .contains("1 cat 0.900");
  }

  @Test
  void classify_prints_a_row_a_picture() {
    int status = run("classify", "--server", server.target(), folder.resolve("dog").toString());
    assertThat(status).isZero();
    assertThat(out.toString().lines().toList()).hasSize(2);
    assertThat(out.toString()).contains("cat", "0.990", "3.0000");
  }

  @Test
  void a_bad_picture_is_shown_and_the_status_is_1() throws IOException {
    picture("bad/0.jpg", 0);
    int status =
        run(
            "classify",
            "--server",
            server.target(),
            folder.resolve("bad/0.jpg").toString(),
            folder.resolve("cat/1.jpg").toString());
    assertThat(status).isEqualTo(1);
    assertThat(out.toString()).contains("INVALID_ARGUMENT: image: 0 (expected: a picture)");
  }

  @Test
  void describe_prints_stages_and_costs() {
    assertThat(run("describe", "toy", "--server", server.target())).isZero();
    assertThat(out.toString()).contains("toy/1", "4x4", "8x8", "3.0000", "dog, cat");
  }

  @Test
  void models_says_why_one_is_not_ready() {
    assertThat(run("models", "--server", server.target())).isZero();
    assertThat(out.toString()).contains("not ready: weights.bin: missing");
  }

  @Test
  void errors_are_one_line_without_a_trace() {
    assertThat(run("classify", "--server", server.target(), folder.resolve("no").toString()))
        .isEqualTo(1);
    assertThat(run("classify", "--server", "nowhere", folder.toString())).isEqualTo(1);
    assertThat(run("describe", "nothing", "--server", server.target())).isEqualTo(1);
    assertThat(run("demo", "--server", server.target(), "--policy", "sure>=1")).isEqualTo(1);
    assertThat(
            run(
                "demo",
                "--server",
                server.target(),
                "--policy",
                "confidence>=1,1",
                folder.toString()))
        .isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(5)
        .allMatch(line -> line.startsWith("dvt: ") && line.contains("(expected: "));
  }

  @Test
  void a_wrong_option_has_status_2() {
    assertThat(run("classify", "--colour", "red")).isEqualTo(2);
  }
}
