package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.toy.ToyCascade;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ServeCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return ServerMain.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--workers=0; --workers: 0 (expected: >= 1)",
        "--workers=many; many",
        "--max-batch=0; --max-batch: 0 (expected: 1 to 1024)",
        "--max-batch=many; many (expected: a number of images, or auto)",
        "--mode=fast; fast",
        "--queue-rows=0; --queue-rows: 0 (expected: >= 1)",
        "--max-queue-delay=50ms,soon; soon (expected: a duration",
        "--client-key-header=X Y; --client-key-header: \"X Y\" (expected: a lower-case metadata name",
        "--port=70000; --port: 70000 (expected: 0 to 65535)",
        "--queue-bytes=much; much (expected: a size",
        "--drain-timeout=soon; soon (expected: a duration",
        "--max-inflight-request-bytes=1m; --max-inflight-request-bytes: 1048576 (expected: >= 67108864",
        "--provider=cudda; --provider: cudda (expected: one of [tensorrt, cuda, cpu]",
        "--provider-option=use_tf32; use_tf32 (expected: PROVIDER.KEY=VALUE)",
        "--provider-option=cuda.device_id=first; --provider-option cuda.device_id: first (expected: a number from 0",
        "--provider-option=cuda.enable_cuda_graph=1; --provider-option cuda.enable_cuda_graph: 1 (expected: 0: a captured graph",
        "--provider-option=tensorrt.trt_cuda_graph_enable=1; --provider-option tensorrt.trt_cuda_graph_enable: 1 (expected: 0",
        "--provider-library=cpu=x.so; --provider-library: cpu (expected: ",
        "--colour=red; --colour=red"
      })
  void a_wrong_use_ends_with_2_and_says_why(String option, String message) {
    assertThat(run("serve", "--models", folder.toString(), option)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @ParameterizedTest
  @CsvSource({"--token-file=tokens,", "--tls-client-ca=ca.pem,--tls-cert=c.pem --tls-key=k.pem"})
  void the_page_is_no_way_around_tokens_and_certificates(String access, String more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("serve", "--models", folder.toString(), "--http-port=0", "--page", access));
    if (more != null) {
      arguments.addAll(List.of(more.split(" ")));
    }
    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString()).contains("--page: open", "not with --token-file or --tls-client-ca");
    err.getBuffer().setLength(0);
    arguments.remove("--page");
    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(1);
    assertThat(err.toString()).doesNotContain("--page");
  }

  @Test
  void models_must_be_named() {
    assertThat(run("serve")).isEqualTo(2);
    assertThat(err.toString()).contains("--models");
  }

  @Test
  void help_names_every_option() {
    assertThat(run("serve", "--help")).isZero();
    assertThat(out.toString())
        .contains("--models", "--port-file", "--max-inflight-request-bytes", "--drain-timeout")
        .contains("--streams-per-connection", "--idle-limit", "--queue-bytes");
  }

  @Test
  void no_model_and_no_folder_end_with_1() {
    assertThat(run("serve", "--port=0", "--models", folder.toString())).isEqualTo(1);
    assertThat(err.toString()).startsWith("dvt: models: none in ").doesNotContain("\tat ");
    assertThat(run("serve", "--port=0", "--models", folder.resolve("gone").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("gone (expected: a readable folder");
  }

  @Test
  void a_provider_that_cannot_be_had_ends_a_strict_start_with_1() {
    ToyCascade.write(folder.resolve("toy/1"), "toy");
    String library = "--provider-library=plug=" + folder.resolve("plug.so");
    assertThat(run("serve", "--port=0", "--models=" + folder, library, "--strict-provider"))
        .isEqualTo(1);
    assertThat(err.toString())
        .startsWith("dvt: provider plug: provider-library plug: ")
        .doesNotContain("\tat ");
  }

  @Test
  void the_doctor_writes_a_document() {
    assertThat(run("doctor", "--json", "--provider=cpu")).isZero();
    assertThat(out.toString())
        .startsWith("{")
        .containsSubsequence("\"providers\"", "\"cpu\"", "\"works\"", "\"ok\"");
    assertThat(run("doctor", "--model", "gone", "--models=" + folder)).isEqualTo(1);
    assertThat(err.toString()).startsWith("dvt: model: gone (expected: ");
  }

  @Test
  void a_port_in_use_ends_with_1() throws Exception {
    ToyCascade.write(folder.resolve("toy/1"), "toy");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "--port=" + taken.getLocalPort();
      assertThat(run("serve", port, "--models", folder.toString())).isEqualTo(1);
    }
    assertThat(err.toString()).startsWith("dvt: host, port: 127.0.0.1:").doesNotContain("\tat ");
  }

  @Test
  void a_terminated_server_drains_and_ends_with_0() throws Exception {
    ToyCascade.write(folder.resolve("toy/1"), "toy");
    try (ServerChild server = ServerChild.start(folder, "256m")) {
      assertThat(server.port()).isBetween(1, 65535);
      assertThat(server.terminate()).as("%s", server.log()).isZero();
      assertThat(server.log())
          .contains("serving toy/1: toy, stages toy1+toy2+toy3, GFLOPs 0.500/1.00/1.50")
          .contains("listening on 127.0.0.1:")
          .endsWith("draining\nstopped\n");
    }
  }
}
