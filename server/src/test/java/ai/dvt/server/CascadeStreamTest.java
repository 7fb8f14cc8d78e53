package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.v1.Answer;
import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ExitReason;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CascadeStreamTest {
  private static final Duration LONG = Duration.ofHours(1);

  @TempDir Path models;

  private final Answers<CascadeRequest, CascadeResponse> heard = new Answers<>(true);

  private ToyServer server(int imagesPerStream, long clientDrivenBytes, Duration idleLimit)
      throws ServerException {
    var config = ToyServer.config(models);
    return ToyServer.start(
        ToyServer.with(
            config,
            config.engine(),
            ToyServer.calls(imagesPerStream, clientDrivenBytes, idleLimit)));
  }

  private static CascadeRequest start(String id, Image image) {
    return CascadeRequest.newBuilder()
        .setId(id)
        .setStart(CascadeStart.newBuilder().setModel(ToyServer.TOY).setImage(image).setTopK(2))
        .build();
  }

  private static CascadeRequest step(String id, CascadeStep step) {
    return CascadeRequest.newBuilder().setId(id).setNext(step).build();
  }

  @Test
  void the_client_decides_at_every_exit() throws Exception {
    try (ToyServer toy = server(8, 1 << 20, LONG)) {
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      stream.onNext(start("a", ToyServer.picture(1, 2)));
      CascadeResponse first = heard.next();
      assertThat(first.getId()).isEqualTo("a");
      assertThat(first.getReached().getOutcome().getExit()).isEqualTo(1);
      assertThat(first.getReached().getOutcome().getIndex()).isEqualTo(2);
      assertThat(first.getReached().getLabelsCount()).isEqualTo(2);
      assertThat(first.getReached().getGflops()).isEqualTo(0.5);
      assertThat(first.getReached().getNextGflops()).isEqualTo(1.0);

      stream.onNext(step("a", CascadeStep.CASCADE_STEP_CONTINUE));
      assertThat(heard.next().getReached().getOutcome().getExit()).isEqualTo(2);

      stream.onNext(step("a", CascadeStep.CASCADE_STEP_STOP));
      Answer stopped = heard.next().getResult().getAnswer();
      assertThat(stopped.getExit()).isEqualTo(2);
      assertThat(stopped.getReason()).isEqualTo(ExitReason.EXIT_REASON_CLIENT);
      assertThat(stopped.getGflops()).isEqualTo(1.0);

      stream.onNext(start("a", ToyServer.picture(1, 2)));
      for (int exit = 1; exit <= 2; exit++) {
        assertThat(heard.next().getReached().getOutcome().getExit()).isEqualTo(exit);
        stream.onNext(step("a", CascadeStep.CASCADE_STEP_CONTINUE));
      }
      Answer last = heard.next().getResult().getAnswer();
      assertThat(last.getReason()).isEqualTo(ExitReason.EXIT_REASON_FINAL);
      assertThat(last.getExitsCount()).isEqualTo(3);

      stream.onCompleted();
      assertThat(heard.end().isOk()).isTrue();
      toy.awaitEmpty();
    }
  }

  @Test
  void images_are_interleaved_as_the_client_likes() throws Exception {
    try (ToyServer toy = server(40, 1 << 20, LONG)) {
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      for (int i = 0; i < 40; i++) {
        stream.onNext(start(Integer.toString(i), ToyServer.picture(3, i % 4)));
      }
      int answered = 0;
      while (answered < 40) {
        CascadeResponse response = heard.next();
        int image = Integer.parseInt(response.getId());
        if (response.hasReached()) {
          boolean enough = response.getReached().getOutcome().getExit() > image % 3;
          stream.onNext(
              step(
                  response.getId(),
                  enough ? CascadeStep.CASCADE_STEP_STOP : CascadeStep.CASCADE_STEP_CONTINUE));
        } else {
          answered++;
          assertThat(response.getResult().getAnswer().getExit()).isEqualTo(1 + image % 3);
        }
      }
      toy.awaitEmpty();
    }
  }

  @Test
  void an_image_without_a_word_is_answered_after_the_idle_limit() throws Exception {
    try (ToyServer toy = server(8, 1 << 20, Duration.ofMillis(50))) {
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      stream.onNext(start("a", ToyServer.picture(3, 2)));
      assertThat(heard.next().hasReached()).isTrue();
      Answer answer = heard.next().getResult().getAnswer();
      assertThat(answer.getReason()).isEqualTo(ExitReason.EXIT_REASON_IDLE);
      assertThat(answer.getExit()).isEqualTo(1);

      stream.onNext(step("a", CascadeStep.CASCADE_STEP_CONTINUE)); // too late, and no error
      stream.onCompleted();
      assertThat(heard.end().isOk()).isTrue();
      assertThat(heard.heard()).isZero();
    }
  }

  @Test
  void a_cancelled_stream_frees_what_it_holds() throws Exception {
    try (ToyServer toy = server(8, 1 << 20, LONG)) {
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      for (int i = 0; i < 8; i++) {
        stream.onNext(start(Integer.toString(i), ToyServer.picture(3, 1)));
        assertThat(heard.next().hasReached()).isTrue();
      }
      assertThat(toy.server.admittedBytes()).isEqualTo(8 * ToyServer.footprint());
      heard.call().cancel("test", null);
      toy.awaitEmpty();
    }
  }

  @Test
  void an_image_too_many_in_a_stream_is_refused() throws Exception {
    try (ToyServer toy = server(2, 1 << 20, LONG)) {
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      for (String id : new String[] {"a", "b"}) {
        stream.onNext(start(id, ToyServer.picture(3, 1)));
        assertThat(heard.next().hasReached()).isTrue();
      }
      stream.onNext(start("c", ToyServer.picture(3, 1)));
      assertThat(heard.next().getResult().getError().getCode())
          .isEqualTo(Code.RESOURCE_EXHAUSTED.value());

      stream.onNext(step("a", CascadeStep.CASCADE_STEP_STOP));
      assertThat(heard.next().getResult().hasAnswer()).isTrue();
      stream.onNext(start("c", ToyServer.picture(3, 1)));
      assertThat(heard.next().hasReached()).isTrue();
      heard.call().cancel("test", null);
      toy.awaitEmpty();
    }
  }

  @Test
  void all_streams_of_a_connection_share_one_bound() throws Exception {
    try (ToyServer toy = server(8, 2 * ToyServer.footprint(), LONG)) {
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      Answers<CascadeRequest, CascadeResponse> second = new Answers<>(true);
      StreamObserver<CascadeRequest> other = toy.async().cascade(second);
      stream.onNext(start("a", ToyServer.picture(3, 1)));
      assertThat(heard.next().hasReached()).isTrue();
      other.onNext(start("a", ToyServer.picture(3, 1)));
      assertThat(second.next().hasReached()).isTrue();
      other.onNext(start("b", ToyServer.picture(3, 1)));
      assertThat(second.next().getResult().getError().getCode())
          .isEqualTo(Code.RESOURCE_EXHAUSTED.value());

      var channel = toy.open(); // another client has its own share
      try {
        Answers<CascadeRequest, CascadeResponse> third = new Answers<>(true);
        ai.dvt.cascade.v1.CascadeServiceGrpc.newStub(channel)
            .cascade(third)
            .onNext(start("a", ToyServer.picture(3, 1)));
        assertThat(third.next().hasReached()).isTrue();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void wrong_messages_are_answered_by_name() throws Exception {
    try (ToyServer toy = server(8, 1 << 20, LONG)) {
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      stream.onNext(step("ghost", CascadeStep.CASCADE_STEP_STOP));
      assertThat(heard.next().getResult().getError().getMessage())
          .isEqualTo("id: \"ghost\" (expected: an image started in this stream)");
      stream.onNext(CascadeRequest.newBuilder().setId("a").build());
      assertThat(heard.next().getResult().getError().getMessage()).startsWith("step: not set");
      CascadeRequest lost = start("b", ToyServer.picture(1, 1));
      stream.onNext(
          lost.toBuilder()
              .setStart(
                  lost.getStart().toBuilder().setModel(ModelRef.newBuilder().setName("nobody")))
              .build());
      assertThat(heard.next().getResult().getError().getCode()).isEqualTo(Code.NOT_FOUND.value());
      stream.onNext(start("c", Image.getDefaultInstance()));
      assertThat(heard.next().getResult().getError().getMessage())
          .startsWith("start.image: no content");
      stream.onNext(start("d", ToyServer.picture(3, 1)));
      assertThat(heard.next().hasReached()).isTrue();
      stream.onNext(step("d", CascadeStep.CASCADE_STEP_UNSPECIFIED));
      assertThat(heard.end().getDescription()).startsWith("next: CASCADE_STEP_UNSPECIFIED");
      toy.awaitEmpty();
    }
  }
}
