package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelStreamInferResponse;
import ai.dvt.server.toy.ToyCascade;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finite values beyond any picture's, with which a stage's arithmetic leaves the finite ones. */
class HugeInputTest {
  private static final String SAID =
      ": 1.0E30 (expected: a normalised picture's value; its answer is not finite)";
  private static final float[] HUGE = new float[ToyCascade.PIXELS];
  private static final float[] SURE = ToyInference.picture(1, 2);

  @TempDir static Path models;
  private static ToyServer toy;

  @BeforeAll
  static void start() throws Exception {
    Arrays.fill(HUGE, 1e30f);
    toy = ToyServer.start(models);
  }

  @AfterAll
  static void close() {
    toy.close();
  }

  private static void isRefused(ImageResult result, String field) {
    assertThat(result.getError().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(result.getError().getMessage()).isEqualTo(field + SAID);
  }

  @Test
  void classify_names_the_value_and_answers_the_others() throws Exception {
    ClassifyResponse response =
        toy.stub()
            .classify(
                ClassifyRequest.newBuilder()
                    .setModel(ToyServer.TOY)
                    .addImages(ToyServer.tensor(SURE))
                    .addImages(ToyServer.tensor(HUGE))
                    .addImages(ToyServer.tensor(SURE))
                    .build());
    isRefused(response.getResults(1), "images[1].tensor.data[0]");
    assertThat(response.getResults(0).getAnswer().getLabels(0).getIndex()).isEqualTo(2);
    assertThat(response.getResults(2).getAnswer().getLabels(0).getIndex()).isEqualTo(2);
    toy.awaitEmpty();
  }

  @Test
  void a_stream_goes_on() throws Exception {
    Answers<ClassifyStreamRequest, ClassifyStreamResponse> answers = new Answers<>(true);
    StreamObserver<ClassifyStreamRequest> stream = toy.async().classifyStream(answers);
    for (int i = 0; i < 9; i++) {
      stream.onNext(
          ClassifyStreamRequest.newBuilder()
              .setModel(ToyServer.TOY)
              .setId(Integer.toString(i))
              .setImage(ToyServer.tensor(i % 3 == 1 ? HUGE : SURE))
              .build());
    }
    stream.onCompleted();
    Map<String, ImageResult> heard = new HashMap<>();
    for (int i = 0; i < 9; i++) {
      ClassifyStreamResponse response = answers.next();
      heard.put(response.getId(), response.getResult());
    }
    assertThat(answers.end().isOk()).isTrue();
    for (int i = 0; i < 9; i++) {
      ImageResult result = heard.get(Integer.toString(i));
      if (i % 3 == 1) {
        isRefused(result, "image.tensor.data[0]");
      } else {
        assertThat(result.getAnswer().getLabels(0).getIndex()).isEqualTo(2);
      }
    }
    toy.awaitEmpty();
  }

  @Test
  void a_client_driven_image_is_refused_at_the_exit_that_has_no_answer() throws Exception {
    Answers<CascadeRequest, CascadeResponse> heard = new Answers<>(true);
    StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
    stream.onNext(
        CascadeRequest.newBuilder()
            .setId("huge")
            .setStart(
                CascadeStart.newBuilder().setModel(ToyServer.TOY).setImage(ToyServer.tensor(HUGE)))
            .build());
    assertThat(heard.next().getReached().getOutcome().getExit()).isEqualTo(1);
    stream.onNext(
        CascadeRequest.newBuilder()
            .setId("huge")
            .setNext(CascadeStep.CASCADE_STEP_CONTINUE)
            .build());
    isRefused(heard.next().getResult(), "start.image.tensor.data[0]");
    stream.onCompleted();
    assertThat(heard.end().isOk()).isTrue();
    toy.awaitEmpty();
  }

  @Test
  void model_infer_names_the_element_in_raw_and_typed_form() throws Exception {
    refused(ToyInference.floats(SURE, HUGE), "raw_input_contents[0][1][0]");
    refused(ToyInference.typedFloats(SURE, HUGE), "inputs[0].contents.fp32_contents[1][0]");
    toy.awaitEmpty();
  }

  private static void refused(ModelInferRequest.Builder request, String field) {
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                GRPCInferenceServiceGrpc.newBlockingStub(toy.channel).modelInfer(request.build()));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription()).isEqualTo(field + SAID);
  }

  @Test
  void model_stream_infer_says_so_in_the_stream_which_goes_on() throws Exception {
    Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
    StreamObserver<ModelInferRequest> stream =
        GRPCInferenceServiceGrpc.newStub(toy.channel).modelStreamInfer(answers);
    stream.onNext(ToyInference.floats(HUGE).build());
    assertThat(answers.next().getErrorMessage()).endsWith("raw_input_contents[0][0][0]" + SAID);
    stream.onNext(ToyInference.floats(SURE).build());
    assertThat(answers.next().getErrorMessage()).isEmpty();
    stream.onCompleted();
    assertThat(answers.end().isOk()).isTrue();
    toy.awaitEmpty();
  }
}
