package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.toy.ToyCascade;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server's settings from a file, flags and both. */
@Timeout(60)
class ConfigFileTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int serve(String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "serve";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return ServerMain.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("server.yaml"), text).toString();
  }

  @Test
  void every_problem_is_reported_at_once_with_file_and_line() throws Exception {
    String file =
        file(
            """
            # a comment
            models: here
            worker: 3
            max-batch: 0
            max-batch: 4
            queue-bytes: much
            port: 70000
            unload-first: perhaps
            http: {port: 1}
            """);
    assertThat(serve("--config", file)).isEqualTo(2);
    assertThat(err.toString().lines())
        .hasSize(7)
        .anyMatch(
            line ->
                line.startsWith("dvt: " + file + ":3: worker: no such setting")
                    && line.contains("perhaps workers"))
        .contains("dvt: " + file + ":4: max-batch: 0 (expected: 1 to 1024)")
        .contains("dvt: " + file + ":5: max-batch: again (expected: once; it is in line 4)")
        .anyMatch(line -> line.startsWith("dvt: " + file + ":6: queue-bytes: "))
        .contains("dvt: " + file + ":7: port: 70000 (expected: 0 to 65535)")
        .anyMatch(line -> line.startsWith("dvt: " + file + ":8: unload-first: "))
        .contains("dvt: " + file + ":9: http: nested (expected: a value or a list of values)");
  }

  @Test
  void flags_win_over_the_file_and_the_printed_settings_are_such_a_file() throws Exception {
    String file =
        file("models: 'some where'\nworkers: 3\nload: [a, b]\nunload-first: true\npoll: 5s\n");
    assertThat(serve("--config=" + file, "--workers", "2", "--print-config"))
        .as("%s", err)
        .isZero();
    assertThat(out.toString().lines())
        .contains("models: 'some where'", "workers: 2", "poll: 5s", "unload-first: true")
        .contains("# max-batch:")
        .doesNotContain("workers: 3")
        .noneMatch(line -> line.startsWith("config"));

    String printed = out.toString();
    out.getBuffer().setLength(0);
    assertThat(serve("--config=" + file(printed), "--print-config")).as("%s", err).isZero();
    assertThat(out.toString()).isEqualTo(printed);
  }

  @Test
  void a_wrong_flag_is_reported_as_one() throws Exception {
    assertThat(serve("--config", file("models: here\nworkers: 0\n"), "--workers=-1")).isEqualTo(2);
    assertThat(err.toString()).startsWith("dvt: --workers: -1 (expected: >= 1)");
  }

  @Test
  void what_is_no_yaml_or_no_file_is_named() throws Exception {
    String file = file("models: here\nworkers: [1\n");
    assertThat(serve("--config", file)).isEqualTo(2);
    assertThat(err.toString()).startsWith("dvt: " + file + ":").contains("no YAML");
    err.getBuffer().setLength(0);
    assertThat(serve("--config", file("- a\n- b\n"))).isEqualTo(2);
    assertThat(err.toString()).contains(":1: no mapping");
    assertThat(serve("--config", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none, unreadable (expected: a readable YAML file)");
  }

  @Test
  void a_server_runs_on_its_file() throws Exception {
    Path models = folder.resolve("models");
    ToyCascade.write(models.resolve("toy/1"), "toy");
    String file = file("workers: 1\nmax-batch: 2\nhost: 127.0.0.1\n");
    try (ServerChild server = ServerChild.start(models, "256m", "--config", file)) {
      assertThat(server.terminate()).as("%s", server.log()).isZero();
    }
  }

  @Test
  void completion_knows_the_commands_of_all_mains_and_their_options() {
    assertThat(ServerMain.run(new PrintWriter(out), new PrintWriter(err), "completion", "bash"))
        .as("%s", err)
        .isZero();
    assertThat(out.toString())
        .contains("--max-queue-delay", "--checkpoint", "--policy")
        .contains("classify", "export", "serve");
  }
}
