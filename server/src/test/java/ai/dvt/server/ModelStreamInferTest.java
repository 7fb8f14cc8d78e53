package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import ai.dvt.inference.InferParameter;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.inference.ModelStreamInferResponse;
import ai.dvt.inference.ServerReadyRequest;
import ai.dvt.server.config.Defaults;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Triton's stream of requests, and calls to a server that is full or ends. */
@Timeout(60)
class ModelStreamInferTest {
  @TempDir Path models;

  private static final float[] SURE_AT_1 = ToyInference.picture(1, 2);
  private static final float[] SURE_AT_3 = ToyInference.picture(3, 1);

  private static GRPCInferenceServiceStub async(ToyServer toy) {
    return GRPCInferenceServiceGrpc.newStub(toy.channel);
  }

  private static boolean isFinal(ModelStreamInferResponse response) {
    return response.getInferResponse().getParametersOrThrow("triton_final_response").getBoolParam();
  }

  private static long row(ModelStreamInferResponse response) {
    return response.getInferResponse().getParametersOrThrow("row").getInt64Param();
  }

  @Test
  void every_image_gets_a_response_as_it_exits_and_the_last_one_says_so() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream = async(toy).modelStreamInfer(answers);
      stream.onNext(ToyInference.floats(SURE_AT_3, SURE_AT_1, SURE_AT_3).build());
      stream.onNext(ToyInference.floats(SURE_AT_1).setId("second").build());
      List<ModelStreamInferResponse> first = new ArrayList<>();
      int seconds = 0;
      for (int i = 0; i < 4; i++) {
        ModelStreamInferResponse response = answers.next();
        assertThat(response.getErrorMessage()).isEmpty();
        if (response.getInferResponse().getId().equals("second")) {
          assertThat(isFinal(response)).isTrue();
          seconds++;
        } else {
          first.add(response);
        }
      }
      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
      assertThat(seconds).isEqualTo(1);
      assertThat(first)
          .extracting(ModelStreamInferTest::isFinal)
          .containsExactly(false, false, true);
      Set<Long> rows = new HashSet<>();
      for (ModelStreamInferResponse response : first) {
        rows.add(row(response));
        ModelInferResponse answer = response.getInferResponse();
        assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 4L);
        assertThat(ToyInference.integers(answer, "exit"))
            .containsExactly(row(response) == 1 ? 1 : 3);
      }
      assertThat(rows).containsExactlyInAnyOrder(0L, 1L, 2L);
      toy.awaitEmpty();
    }
  }

  @Test
  void an_empty_final_response_comes_where_it_is_asked_for() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream = async(toy).modelStreamInfer(answers);
      stream.onNext(
          ToyInference.floats(SURE_AT_1)
              .putParameters("triton_enable_empty_final_response", ToyInference.flag(true))
              .build());
      assertThat(isFinal(answers.next())).isFalse();
      ModelStreamInferResponse last = answers.next();
      assertThat(isFinal(last)).isTrue();
      assertThat(last.getInferResponse().getOutputsCount()).isZero();
      assertThat(last.getInferResponse().getId()).isEqualTo("request-7");
      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
    }
  }

  @Test
  void errors_are_messages_and_the_stream_goes_on() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream = async(toy).modelStreamInfer(answers);
      stream.onNext(ToyInference.request("FP64", 1, 3, 2, 2).build());
      ModelStreamInferResponse refused = answers.next();
      assertThat(refused.getErrorMessage()).startsWith("inputs[0].datatype: \"FP64\"");
      assertThat(refused.getInferResponse().getId()).isEqualTo("request-7");
      assertThat(refused.getInferResponse().getParametersOrThrow("dvt.status").getStringParam())
          .isEqualTo("INVALID_ARGUMENT");
      assertThat(isFinal(refused)).isTrue();

      byte[] png = ToyInference.png(2, 2, new byte[12]);
      stream.onNext(
          ToyInference.request("BYTES", 2)
              .addRawInputContents(ToyInference.raw(new byte[] {1}, png))
              .build());
      Map<Boolean, ModelStreamInferResponse> byError = new java.util.HashMap<>();
      for (int i = 0; i < 2; i++) {
        ModelStreamInferResponse response = answers.next();
        byError.put(!response.getErrorMessage().isEmpty(), response);
      }
      assertThat(row(byError.get(true))).isZero();
      assertThat(byError.get(true).getErrorMessage()).startsWith("raw_input_contents[0][0]: ");
      assertThat(row(byError.get(false))).isEqualTo(1);
      assertThat(isFinal(byError.get(true)) ^ isFinal(byError.get(false))).isTrue();
      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
      toy.awaitEmpty();
    }
  }

  @Test
  void a_stream_that_asked_for_it_ends_with_the_first_errors_code() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Metadata headers = new Metadata();
      headers.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream =
          async(toy)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .modelStreamInfer(answers);
      stream.onNext(ToyInference.floats(SURE_AT_1).build());
      assertThat(isFinal(answers.next())).isTrue();
      stream.onNext(ToyInference.floats(SURE_AT_1).setModelName("nobody").build());
      assertThat(answers.end().getCode()).isEqualTo(Code.NOT_FOUND);
      toy.awaitEmpty();
    }
  }

  /** An image that waits at exit 1 for its client and keeps its room. */
  private static StreamObserver<CascadeRequest> park(
      ToyServer toy, Answers<CascadeRequest, CascadeResponse> answers) throws Exception {
    StreamObserver<CascadeRequest> parked = toy.async().cascade(answers);
    parked.onNext(
        CascadeRequest.newBuilder()
            .setId("parked")
            .setStart(
                CascadeStart.newBuilder().setModel(ToyServer.TOY).setImage(ToyServer.picture(3, 1)))
            .build());
    assertThat(answers.next().hasReached()).isTrue();
    return parked;
  }

  private static void release(
      StreamObserver<CascadeRequest> parked, Answers<CascadeRequest, CascadeResponse> answers)
      throws Exception {
    parked.onNext(
        CascadeRequest.newBuilder().setId("parked").setNext(CascadeStep.CASCADE_STEP_STOP).build());
    assertThat(answers.next().hasResult()).isTrue();
    parked.onCompleted();
    assertThat(answers.end().isOk()).isTrue();
  }

  private ToyServer smallServer() throws Exception {
    return ToyServer.start(
        ToyServer.with(ToyServer.config(models), ToyServer.room(1), Defaults.calls()));
  }

  @Test
  void a_full_server_refuses_a_request_with_the_pause_and_lets_a_stream_wait() throws Exception {
    try (ToyServer toy = smallServer()) {
      Answers<CascadeRequest, CascadeResponse> held = new Answers<>(true);
      StreamObserver<CascadeRequest> parked = park(toy, held);
      StatusRuntimeException full =
          Assertions.catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  GRPCInferenceServiceGrpc.newBlockingStub(toy.channel)
                      .modelInfer(ToyInference.floats(SURE_AT_1).build()));
      assertThat(full.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(
              StatusProto.fromThrowable(full).getDetails(0).unpack(RetryInfo.class).hasRetryDelay())
          .isTrue();

      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream = async(toy).modelStreamInfer(answers);
      stream.onNext(ToyInference.floats(SURE_AT_1, SURE_AT_1).build());
      awaitWaiting(toy, 1);
      release(parked, held);
      assertThat(isFinal(answers.next())).isFalse();
      assertThat(isFinal(answers.next())).isTrue();
      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
      toy.awaitEmpty();
    }
  }

  private static void awaitWaiting(ToyServer toy, int images) throws InterruptedException {
    while (toy.server.waitingForRoom() != images) {
      Thread.sleep(1);
    }
  }

  @Test
  void a_cancelled_stream_gives_up_its_place_and_its_bytes() throws Exception {
    try (ToyServer toy = smallServer()) {
      Answers<CascadeRequest, CascadeResponse> held = new Answers<>(true);
      StreamObserver<CascadeRequest> parked = park(toy, held);
      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream = async(toy).modelStreamInfer(answers);
      stream.onNext(ToyInference.floats(SURE_AT_1, SURE_AT_1).build());
      awaitWaiting(toy, 1);
      answers.call().cancel("enough", null);
      awaitWaiting(toy, 0);
      release(parked, held);
      toy.awaitEmpty();
    }
  }

  @Test
  void a_draining_server_is_not_ready_and_unavailable() throws Exception {
    try (ToyServer toy = smallServer()) {
      Answers<CascadeRequest, CascadeResponse> held = new Answers<>(true);
      StreamObserver<CascadeRequest> parked = park(toy, held);
      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream = async(toy).modelStreamInfer(answers);
      stream.onNext(ToyInference.floats(SURE_AT_1).build());
      awaitWaiting(toy, 1);
      Thread drain = new Thread(toy.server::drain);
      drain.start();
      var stub = GRPCInferenceServiceGrpc.newBlockingStub(toy.channel);
      while (stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()) {
        Thread.sleep(1);
      }
      StatusRuntimeException refused =
          Assertions.catchThrowableOfType(
              StatusRuntimeException.class,
              () -> stub.modelInfer(ToyInference.floats(SURE_AT_1).build()));
      assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
      release(parked, held);
      stream.onCompleted();
      drain.join();
    }
  }

  @Test
  void parameters_of_someone_else_are_ignored() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      ModelInferResponse response =
          GRPCInferenceServiceGrpc.newBlockingStub(toy.channel)
              .modelInfer(
                  ToyInference.floats(SURE_AT_1)
                      .putParameters("sequence_id", ToyInference.whole(5))
                      .putParameters("priority", ToyInference.text("1"))
                      .putParameters(
                          "timeout", InferParameter.newBuilder().setUint64Param(9_000_000).build())
                      .build());
      assertThat(ToyInference.integers(response, "exit")).containsExactly(1);
    }
  }
}
