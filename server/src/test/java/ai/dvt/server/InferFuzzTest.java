package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.InferParameter;
import ai.dvt.inference.InferTensorContents;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferRequest.InferInputTensor;
import ai.dvt.inference.ModelStreamInferResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests put together at random, from parts that are right and parts that are not. */
@Timeout(120)
class InferFuzzTest {
  private static final int REQUESTS = 1500;

  private static final String[] DATATYPES = {"FP32", "FP32", "UINT8", "BYTES", "FP16", "", "fp32"};
  private static final long[] SIZES = {
    1, 2, 3, 1, 2, 3, 0, -1, 4, 1000, 16385, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32
  };
  private static final String[] KEYS = {
    "dvt.thresholds",
    "dvt.stop_at",
    "dvt.floor",
    "dvt.budget_gflops",
    "dvt.deadline_us",
    "dvt.operating_point",
    "dvt.criterion",
    "dvt.adapt",
    "dvt.other",
    "priority",
    "timeout",
    "binary_data_output",
    "triton_enable_empty_final_response",
    "anything"
  };
  private static final String[] TEXTS = {
    "0.9,0.9", "1", "2", "", "never,never", "NaN", "1e400", "-3", "entropy", "true", ",,", "\u0000"
  };
  private static final String[] OUTPUTS = {"logits", "label", "confidence", "exit", "gflops", "x"};

  @TempDir Path models;

  private final Random random = new Random(2026);

  private <T> T any(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private InferParameter parameter() {
    InferParameter.Builder value = InferParameter.newBuilder();
    return switch (random.nextInt(6)) {
      case 0 -> value.setInt64Param(random.nextInt(5) - 1).build();
      case 1 -> value.setInt64Param(random.nextLong()).build();
      case 2 -> value.setDoubleParam(random.nextGaussian() * 2).build();
      case 3 -> value.setBoolParam(random.nextBoolean()).build();
      case 4 -> value.setUint64Param(random.nextLong()).build();
      default -> value.setStringParam(any(TEXTS)).build();
    };
  }

  private ByteString bytes() {
    if (random.nextInt(4) == 0) {
      byte[] png = ToyInference.png(2, 2, new byte[12]);
      return ToyInference.raw(png, png);
    }
    byte[] data = new byte[random.nextBoolean() ? 12 * random.nextInt(9) : random.nextInt(200)];
    if (random.nextBoolean()) {
      random.nextBytes(data);
      for (int i = 3; i < data.length; i += 4) {
        data[i] &= (byte) 0xbf; // as FP32 below 2: larger ones overflow in the toy's products
      }
    }
    return ByteString.copyFrom(data);
  }

  private InferTensorContents contents() {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    int count = random.nextInt(30);
    int kind = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      switch (kind) {
        case 0 -> contents.addFp32Contents(random.nextFloat());
        case 1 -> contents.addUintContents(random.nextInt(300));
        case 2 -> contents.addBytesContents(bytes());
        default -> contents.addInt64Contents(random.nextLong());
      }
    }
    return contents.build();
  }

  private ModelInferRequest request(int number) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(random.nextInt(20) == 0 ? "nobody" : "toy")
            .setId("request-" + number);
    for (int i = random.nextInt(12) == 0 ? random.nextInt(3) : 1; i > 0; i--) {
      InferInputTensor.Builder input =
          InferInputTensor.newBuilder()
              .setName(random.nextInt(15) == 0 ? "pixels" : "image")
              .setDatatype(any(DATATYPES));
      int rank =
          random.nextInt(3) == 0 ? random.nextInt(7) : input.getDatatype().equals("BYTES") ? 1 : 4;
      boolean whole = random.nextBoolean();
      for (int d = 0; d < rank; d++) {
        input.addShape(
            whole && rank == 4
                ? new long[][] {{1, 3, 2, 2}, {2, 2, 2, 3}}
                    [input.getDatatype().equals("UINT8") ? 1 : 0][d]
                : SIZES[random.nextInt(SIZES.length)]);
      }
      if (random.nextInt(3) == 0) {
        input.setContents(contents());
      }
      request.addInputs(input);
    }
    for (int i = random.nextInt(4) == 0 ? random.nextInt(3) : 1; i > 0; i--) {
      request.addRawInputContents(bytes());
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      request.putParameters(any(KEYS), parameter());
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      request.addOutputs(
          ToyInference.output(any(OUTPUTS)).toBuilder()
              .putParameters(random.nextBoolean() ? "classification" : "other", parameter()));
    }
    return request.build();
  }

  @Test
  void random_requests_are_answered_or_refused_by_name_and_leave_nothing_behind() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      var stub = GRPCInferenceServiceGrpc.newBlockingStub(toy.channel);
      Map<Code, Integer> codes = new EnumMap<>(Code.class);
      for (int i = 0; i < REQUESTS; i++) {
        ModelInferRequest request = request(i);
        Code code = Code.OK;
        try {
          assertThat(stub.modelInfer(request).getId()).isEqualTo(request.getId());
        } catch (StatusRuntimeException e) {
          code = e.getStatus().getCode();
          if (code == Code.INVALID_ARGUMENT) {
            BadRequest details =
                StatusProto.fromThrowable(e).getDetails(0).unpack(BadRequest.class);
            assertThat(e.getStatus().getDescription())
                .startsWith(details.getFieldViolations(0).getField() + ": ");
          }
        }
        codes.merge(code, 1, Integer::sum);
      }
      assertThat(codes.keySet())
          .contains(Code.OK, Code.INVALID_ARGUMENT, Code.NOT_FOUND)
          .isSubsetOf(Code.OK, Code.INVALID_ARGUMENT, Code.NOT_FOUND, Code.DEADLINE_EXCEEDED);
      toy.awaitEmpty();

      Answers<ModelInferRequest, ModelStreamInferResponse> answers = new Answers<>(true);
      StreamObserver<ModelInferRequest> stream =
          GRPCInferenceServiceGrpc.newStub(toy.channel).modelStreamInfer(answers);
      for (int i = 0; i < REQUESTS / 3; i++) {
        stream.onNext(request(i));
      }
      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
      int finals = 0;
      while (answers.heard() > 0) {
        finals +=
            answers
                    .next()
                    .getInferResponse()
                    .getParametersOrThrow("triton_final_response")
                    .getBoolParam()
                ? 1
                : 0;
      }
      assertThat(finals).isEqualTo(REQUESTS / 3);
      toy.awaitEmpty();
      assertThat(
              ToyInference.integers(
                  stub.modelInfer(ToyInference.floats(ToyInference.picture(1, 1)).build()), "exit"))
          .containsExactly(1);
    }
  }
}
