package ai.dvt.client;

import static ai.dvt.cascade.v1.Priority.PRIORITY_BATCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ClassifyReply;
import ai.dvt.client.call.FieldViolation;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.Picture;
import ai.dvt.client.call.Priority;
import ai.dvt.client.stream.ClassifyStream;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CascadeClientTest {
  private static final ClassifyOptions TOY = ClassifyOptions.of("toy");
  private static final Picture SURE = Picture.encoded(new byte[] {90, 1});
  private static final Picture UNSURE = Picture.encoded(new byte[] {40, 1});
  private static final Picture BAD = Picture.encoded(new byte[] {0});

  private ToyServer server;
  private CascadeClient client;

  @BeforeEach
  void connect() throws IOException {
    server = new ToyServer();
    client = CascadeClient.connect(server.target());
  }

  @AfterEach
  void disconnect() {
    client.close();
    server.close();
  }

  @Test
  void an_answer_says_label_exit_reason_and_cost() {
    Answer answer =
        client.classify(SURE, TOY.policy(ExitPolicy.parse("confidence>=0.8"))).orThrow();
    assertThat(answer.best().name()).isEqualTo("cat");
    assertThat(answer.exit()).isEqualTo(1);
    assertThat(answer.reason()).isEqualTo(ExitReason.CONFIDENT);
    assertThat(answer.gflops()).isEqualTo(1.0);
    assertThat(answer.exits().get(0).computeTime()).isEqualTo(Duration.ofMillis(2));
  }

  @Test
  void a_priority_goes_with_calls_and_streams() {
    client.classify(SURE, TOY.priority(Priority.BATCH).topK(2));
    assertThat(server.priorities).containsExactly(PRIORITY_BATCH);
    server.priorities.clear();
    try (ClassifyStream stream = client.stream(TOY.priority(Priority.BATCH))) {
      stream.submit("1", SURE).join();
    }
    assertThat(server.priorities).containsExactly(PRIORITY_BATCH);
  }

  @Test
  void results_come_in_the_order_of_the_pictures() {
    ClassifyReply reply =
        client.classify(List.of(UNSURE, SURE), TOY.policy(ExitPolicy.parse("confidence>=0.8")));
    assertThat(reply.model()).isEqualTo(ModelId.of("toy", "1"));
    assertThat(reply.results()).extracting(r -> r.orThrow().exit()).containsExactly(2, 1);
  }

  @Test
  void pictures_go_as_files_and_as_tensors(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("a.jpg"), new byte[] {90});
    byte[] rgb = new byte[2 * 4 * 3];
    rgb[0] = 90;
    float[] values = new float[3 * 2 * 4];
    values[0] = Float.intBitsToFloat(90);
    ClassifyReply reply =
        client.classify(
            List.of(
                Picture.file(file), Picture.pixels(2, 4, rgb), Picture.normalised(2, 4, values)),
            TOY);
    assertThat(reply.results())
        .extracting(r -> r.orThrow().best().name())
        .containsExactly("cat", "[2, 4, 3]", "[3, 2, 4]");
  }

  @Test
  void a_bad_picture_fails_alone_and_names_its_field() {
    ClassifyReply reply = client.classify(List.of(SURE, BAD), TOY);
    assertThat(reply.results().get(0)).isInstanceOf(ImageResult.Answered.class);
    CascadeClientException failure =
        catchThrowableOfType(CascadeClientException.class, () -> reply.results().get(1).orThrow());
    assertThat(failure.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure.violations())
        .containsExactly(new FieldViolation("image", "0 (expected: a picture)"));
  }

  @Test
  void an_unknown_model_is_not_found() {
    CascadeClientException failure =
        catchThrowableOfType(
            CascadeClientException.class,
            () -> client.classify(SURE, ClassifyOptions.of("nothing")));
    assertThat(failure.code()).isEqualTo(Code.NOT_FOUND);
    assertThat(failure).hasMessage("NOT_FOUND: model: \"nothing\" (expected: toy)");
  }

  @Test
  void a_full_server_says_when_to_come_back() {
    CascadeClientException failure =
        catchThrowableOfType(
            CascadeClientException.class, () -> client.classify(SURE, ClassifyOptions.of("busy")));
    assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(failure.retryDelay()).contains(Duration.ofMillis(250));
  }

  @Test
  void cancelling_the_future_cancels_the_call_on_the_server() throws InterruptedException {
    CompletableFuture<ClassifyReply> future =
        client.classifyAsync(List.of(SURE), ClassifyOptions.of("silent"));
    assertThat(server.arrived.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(future.cancel(true)).isTrue();
    assertThat(server.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_call_ends_at_its_deadline() {
    CascadeClientException failure =
        catchThrowableOfType(
            CascadeClientException.class,
            () ->
                client.classify(
                    SURE, ClassifyOptions.of("silent").deadline(Duration.ofMillis(50))));
    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
  }

  @Test
  void a_call_without_a_deadline_of_its_own_has_the_clients() {
    try (CascadeClient hasty =
        CascadeClient.builder(server.target()).deadline(Duration.ofMillis(50)).build()) {
      assertThatThrownBy(() -> hasty.classify(SURE, ClassifyOptions.of("silent")))
          .isInstanceOf(CascadeClientException.class)
          .hasMessageStartingWith("DEADLINE_EXCEEDED");
    }
  }

  @Test
  void an_interrupted_caller_cancels_the_call_and_stays_interrupted() throws InterruptedException {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> client.classify(SURE, ClassifyOptions.of("silent")))
        .isInstanceOf(CascadeClientException.class)
        .hasMessageStartingWith("CANCELLED");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void a_server_that_is_not_there_is_unavailable_and_says_why() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (CascadeClient lost = CascadeClient.connect("127.0.0.1:" + port)) {
      assertThatThrownBy(lost::models)
          .isInstanceOf(CascadeClientException.class)
          .hasMessageStartingWith("UNAVAILABLE")
          .hasMessageContaining("refused");
    }
  }

  @Test
  void futures_fail_with_the_same_exception() {
    assertThat(client.classifyAsync(List.of(SURE), ClassifyOptions.of("nothing")))
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CascadeClientException.class);
  }

  @Test
  void models_are_listed_with_what_keeps_them_from_serving() {
    assertThat(client.models())
        .extracting(m -> m.model() + " " + m.ready() + " " + m.problems())
        .containsExactly("toy/1 true []", "broken/1 false [weights.bin: missing]");
  }

  @Test
  void a_description_binds_policies_to_the_cascade() {
    ModelDescription toy = client.describe("toy");
    assertThat(toy.variantInUse().gflops()).isEqualTo(ToyServer.GFLOPS);
    assertThat(toy.defaultPolicy()).isEqualTo(ExitPolicy.LAST_EXIT);
    assertThat(toy.bind(ExitPolicy.parse("confidence>=0.5; stop=1")).stopAt()).isEqualTo(1);
    assertThatThrownBy(() -> toy.bind(ExitPolicy.parse("confidence>=0.5,0.6")))
        .isInstanceOf(ContractException.class)
        .hasMessageStartingWith("thresholds: 2 values");
  }

  @Test
  void a_closed_client_refuses_calls() {
    client.close();
    assertThatThrownBy(() -> client.classify(SURE, TOY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("client: closed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", ":8500", "localhost:", "a:0", "a:70000", "http://a:1"})
  void a_target_is_host_and_port(String target) {
    assertThatThrownBy(() -> CascadeClient.connect(target))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("server: \"" + target + "\"");
  }

  @Test
  void wrong_use_is_refused_before_anything_is_sent() {
    assertThatThrownBy(() -> client.classify(List.of(), TOY)).hasMessageStartingWith("pictures");
    assertThatThrownBy(() -> TOY.topK(0)).hasMessageStartingWith("topK: 0");
    assertThatThrownBy(() -> TOY.deadline(Duration.ZERO)).hasMessageStartingWith("deadline");
    assertThatThrownBy(() -> ClassifyOptions.of(" ")).hasMessageStartingWith("model");
    assertThatThrownBy(() -> Picture.encoded(new byte[0])).hasMessageStartingWith("picture");
    assertThatThrownBy(() -> Picture.pixels(2, 2, new byte[11])).hasMessageContaining("2x2");
    assertThatThrownBy(() -> Picture.normalised(0, 2, new float[0])).hasMessageContaining("0x2");
  }
}
