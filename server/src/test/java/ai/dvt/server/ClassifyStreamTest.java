package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.Answer;
import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.ExitReason;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Policies;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClassifyStreamTest {
  private static final Duration LONG = Duration.ofHours(1);

  @TempDir Path models;

  private static ai.dvt.cascade.v1.ExitPolicy policy(String text) {
    return Policies.toMessage(ExitPolicy.parse(text));
  }

  private static ClassifyStreamRequest image(String id, Image image) {
    return ClassifyStreamRequest.newBuilder().setId(id).setImage(image).build();
  }

  private static ClassifyStreamRequest first(String id, Image image) {
    return image(id, image).toBuilder()
        .setModel(ToyServer.TOY)
        .setPolicy(policy("confidence>=0.9,0.9"))
        .build();
  }

  @Test
  void every_image_is_answered_under_its_id() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ClassifyStreamRequest, ClassifyStreamResponse> answers = new Answers<>(true);
      StreamObserver<ClassifyStreamRequest> stream = toy.async().classifyStream(answers);
      for (int i = 0; i < 200; i++) {
        Image image = ToyServer.picture(1 + i % 3, i % 4);
        stream.onNext(i == 0 ? first("0", image) : image(Integer.toString(i), image));
      }
      stream.onCompleted();
      Map<String, Answer> heard = new HashMap<>();
      for (int i = 0; i < 200; i++) {
        ClassifyStreamResponse response = answers.next();
        heard.put(response.getId(), response.getResult().getAnswer());
      }
      assertThat(answers.end().isOk()).isTrue();
      for (int i = 0; i < 200; i++) {
        Answer answer = heard.get(Integer.toString(i));
        assertThat(answer.getExit()).isEqualTo(1 + i % 3);
        assertThat(answer.getLabels(0).getIndex()).isEqualTo(i % 4);
      }
      toy.awaitEmpty();
    }
  }

  @Test
  void model_policy_and_top_k_hold_until_they_change() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ClassifyStreamRequest, ClassifyStreamResponse> answers = new Answers<>(true);
      StreamObserver<ClassifyStreamRequest> stream = toy.async().classifyStream(answers);
      Image sure = ToyServer.picture(1, 1);

      stream.onNext(image("none yet", sure));
      assertThat(answers.next().getResult().getError().getMessage()).startsWith("model.name: \"\"");

      stream.onNext(first("first", sure));
      assertThat(answers.next().getResult().getAnswer().getExit()).isEqualTo(1);

      stream.onNext(
          image("changed", sure).toBuilder().setPolicy(policy("stop=2")).setTopK(3).build());
      Answer changed = answers.next().getResult().getAnswer();
      assertThat(changed.getReason()).isEqualTo(ExitReason.EXIT_REASON_STOP_AT);
      assertThat(changed.getLabelsCount()).isEqualTo(3);

      stream.onNext(image("again", sure));
      Answer again = answers.next().getResult().getAnswer();
      assertThat(again.getReason()).isEqualTo(ExitReason.EXIT_REASON_STOP_AT);
      assertThat(again.getLabelsCount()).isEqualTo(3);

      stream.onNext(
          image("lost", sure).toBuilder()
              .setModel(ModelRef.newBuilder().setName("nobody"))
              .build());
      assertThat(answers.next().getResult().getError().getCode()).isEqualTo(Code.NOT_FOUND.value());

      stream.onNext(
          image("bad", Image.getDefaultInstance()).toBuilder().setModel(ToyServer.TOY).build());
      assertThat(answers.next().getResult().getError().getMessage())
          .startsWith("image: no content");

      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
    }
  }

  @Test
  void an_id_longer_than_any_answer_ends_the_stream() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ClassifyStreamRequest, ClassifyStreamResponse> answers = new Answers<>(true);
      toy.async().classifyStream(answers).onNext(first("x".repeat(1025), ToyServer.picture(1, 1)));
      assertThat(answers.end().getDescription())
          .isEqualTo("id: 1025 characters (expected: at most 1024)");
      toy.awaitEmpty();
    }
  }

  /** A stream whose one image waits at exit 1 and keeps the room of a full server. */
  private static Answers<CascadeRequest, CascadeResponse> occupy(ToyServer toy)
      throws InterruptedException {
    Answers<CascadeRequest, CascadeResponse> answers = new Answers<>(true);
    toy.async()
        .cascade(answers)
        .onNext(
            CascadeRequest.newBuilder()
                .setId("occupant")
                .setStart(
                    CascadeStart.newBuilder()
                        .setModel(ToyServer.TOY)
                        .setImage(ToyServer.picture(3, 1)))
                .build());
    assertThat(answers.next().hasReached()).isTrue();
    return answers;
  }

  private ToyServer fullServer() throws ServerException {
    return ToyServer.start(
        ToyServer.with(
            ToyServer.config(models), ToyServer.room(1), ToyServer.calls(8, 1 << 20, LONG)));
  }

  @Test
  void a_full_server_refuses_a_request_and_says_when_to_come_back() throws Exception {
    try (ToyServer toy = fullServer()) {
      Answers<CascadeRequest, CascadeResponse> occupant = occupy(toy);
      ClassifyRequest request =
          ClassifyRequest.newBuilder()
              .setModel(ToyServer.TOY)
              .addImages(ToyServer.picture(1, 1))
              .build();
      StatusRuntimeException refusal = null;
      try {
        toy.stub().classify(request);
      } catch (StatusRuntimeException e) {
        refusal = e;
      }
      assertThat(refusal).isNotNull();
      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(
              refusal
                  .getTrailers()
                  .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER)))
          .isEqualTo("100");
      assertThat(StatusProto.fromThrowable(refusal).getDetails(0).unpack(RetryInfo.class))
          .matches(info -> info.getRetryDelay().getNanos() == 100_000_000);

      occupant.call().cancel("test", null);
      toy.awaitEmpty();
      assertThat(toy.stub().classify(request).getResults(0).hasAnswer()).isTrue();
    }
  }

  @Test
  void a_full_server_stops_reading_a_stream_and_does_not_fail_it() throws Exception {
    try (ToyServer toy = fullServer()) {
      Answers<CascadeRequest, CascadeResponse> occupant = occupy(toy);
      Answers<ClassifyStreamRequest, ClassifyStreamResponse> answers = new Answers<>(true);
      StreamObserver<ClassifyStreamRequest> stream = toy.async().classifyStream(answers);
      stream.onNext(first("0", ToyServer.picture(1, 1)));
      for (int i = 1; i < 5; i++) {
        stream.onNext(image(Integer.toString(i), ToyServer.picture(1, 1)));
      }
      stream.onCompleted();
      while (toy.server.waitingForRoom() == 0) {
        Thread.sleep(1);
      }
      assertThat(answers.heard()).isZero();
      assertThat(toy.server.waitingForRoom()).isEqualTo(1);

      occupant.call().cancel("test", null);
      for (int i = 0; i < 5; i++) {
        assertThat(answers.next().getResult().hasAnswer()).isTrue();
      }
      assertThat(answers.end().isOk()).isTrue();
      toy.awaitEmpty();
    }
  }

  @Test
  void an_id_on_the_way_cannot_be_used_again() throws Exception {
    try (ToyServer toy = fullServer()) {
      Answers<CascadeRequest, CascadeResponse> occupant = new Answers<>(true);
      StreamObserver<CascadeRequest> stream = toy.async().cascade(occupant);
      CascadeRequest start =
          CascadeRequest.newBuilder()
              .setId("twin")
              .setStart(
                  CascadeStart.newBuilder()
                      .setModel(ToyServer.TOY)
                      .setImage(ToyServer.picture(3, 1)))
              .build();
      stream.onNext(start);
      assertThat(occupant.next().hasReached()).isTrue();
      stream.onNext(start);
      assertThat(occupant.next().getResult().getError().getMessage())
          .startsWith("id: \"twin\" (expected: unique");
      occupant.call().cancel("test", null);
      toy.awaitEmpty();
    }
  }

  @Test
  void a_client_that_goes_away_frees_its_work() throws Exception {
    try (ToyServer toy = fullServer()) {
      occupy(toy);
      Answers<ClassifyStreamRequest, ClassifyStreamResponse> answers = new Answers<>(true);
      StreamObserver<ClassifyStreamRequest> stream = toy.async().classifyStream(answers);
      stream.onNext(first("0", ToyServer.picture(1, 1)));
      while (toy.server.waitingForRoom() == 0) {
        Thread.sleep(1);
      }
      toy.channel.shutdownNow(); // all of its streams, the occupant's too
      while (toy.server.waitingForRoom() > 0) {
        Thread.sleep(1);
      }
      toy.awaitEmpty();
    }
  }

  @Test
  void a_client_that_never_reads_is_not_read_for_long() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ClassifyStreamRequest, ClassifyStreamResponse> deaf = new Answers<>(false);
      toy.async().classifyStream(deaf);
      String longId = "x".repeat(1000); // comes back with every answer
      int sent = 0;
      while (deaf.call().isReady() || sent == 0) {
        deaf.call()
            .onNext(
                sent == 0
                    ? first(longId + sent, ToyServer.picture(1, 1))
                    : image(longId + sent, ToyServer.picture(1, 1)));
        sent++;
        assertThat(sent).isLessThan(100_000);
        while (!deaf.call().isReady() && toy.server.admittedBytes() > 0) {
          Thread.sleep(1);
        }
        Thread.yield();
      }
      toy.awaitEmpty();
      Answers<ClassifyStreamRequest, ClassifyStreamResponse> other = new Answers<>(true);
      StreamObserver<ClassifyStreamRequest> stream = toy.async().classifyStream(other);
      stream.onNext(first("a", ToyServer.picture(1, 1)));
      assertThat(other.next().getResult().hasAnswer()).isTrue();
    }
  }
}
