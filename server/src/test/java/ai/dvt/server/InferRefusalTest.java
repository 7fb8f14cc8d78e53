package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ai.dvt.inference.InferParameter;
import ai.dvt.inference.ModelConfigRequest;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelMetadataRequest;
import ai.dvt.inference.ModelStatisticsRequest;
import ai.dvt.inference.RepositoryIndexRequest;
import ai.dvt.inference.RepositoryModelLoadRequest;
import ai.dvt.inference.RepositoryModelUnloadRequest;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ResourceInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests of the Open Inference Protocol that are not as they should be. */
@Timeout(60)
class InferRefusalTest {
  private static final byte[] DATA = new byte[48];

  @TempDir static Path models;
  private static ToyServer toy;
  private static GRPCInferenceServiceBlockingStub stub;

  @BeforeAll
  static void start() throws Exception {
    toy = ToyServer.start(models);
    stub = GRPCInferenceServiceGrpc.newBlockingStub(toy.channel);
  }

  @AfterAll
  static void stop() {
    toy.close();
  }

  @AfterEach
  void nothing_is_left_behind() throws Exception {
    toy.awaitEmpty();
  }

  private static ModelInferRequest.Builder good() {
    return ToyInference.request("FP32", 1, 3, 2, 2).addRawInputContents(ByteString.copyFrom(DATA));
  }

  private static ModelInferRequest.Builder typed(String datatype, long... shape) {
    return ToyInference.request(datatype, shape);
  }

  private static ModelInferRequest.Builder raw(String datatype, int bytes, long... shape) {
    return ToyInference.request(datatype, shape)
        .addRawInputContents(ByteString.copyFrom(new byte[bytes]));
  }

  /** A parameter alone, so that no other one is at odds with it. */
  private static ModelInferRequest.Builder with(String key, InferParameter value) {
    return good().clearParameters().putParameters(key, value);
  }

  /** Field at fault: request. */
  static Map<String, Supplier<ModelInferRequest.Builder>> malformed() {
    Map<String, Supplier<ModelInferRequest.Builder>> cases = new TreeMap<>();
    cases.put("id", () -> good().setId("i".repeat(2000)));
    cases.put("model_name", () -> good().setModelName(""));
    cases.put("inputs", () -> good().clearInputs());
    cases.put("inputs[0].name", () -> change(good(), "pixels"));
    cases.put("inputs[1].name", () -> good().addInputs(good().getInputs(0)));
    cases.put(
        "inputs[1].name#unknown",
        () -> good().addInputs(good().getInputs(0).toBuilder().setName("mask")));
    cases.put("inputs[0].datatype", () -> raw("FP16", 24, 1, 3, 2, 2));
    cases.put("inputs[0].datatype#none", () -> raw("", 48, 1, 3, 2, 2));
    cases.put("inputs[0].shape", () -> raw("FP32", 48, 1, 12));
    cases.put("inputs[0].shape#none", () -> raw("FP32", 48));
    cases.put("inputs[0].shape#negative", () -> raw("FP32", 48, -1, 3, 2, 2));
    cases.put("inputs[0].shape#zero", () -> raw("FP32", 0, 0, 3, 2, 2));
    cases.put("inputs[0].shape#overflow", () -> raw("UINT8", 48, 1L << 31, 1L << 31, 4, 3));
    cases.put("inputs[0].shape#turned", () -> raw("FP32", 48, 1, 2, 2, 3));
    cases.put("inputs[0].shape#channels", () -> raw("UINT8", 16, 1, 2, 2, 4));
    cases.put("inputs[0].shape#images", () -> raw("FP32", 48, 1025, 3, 2, 2));
    cases.put("inputs[0].shape#rank", () -> raw("FP32", 48, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    cases.put("inputs[0].shape#large", () -> raw("UINT8", 60000, 1, 20000, 1, 3));
    cases.put("inputs[0].shape#strings", () -> raw("BYTES", 4, 1, 2));
    cases.put("raw_input_contents", () -> good().addRawInputContents(ByteString.EMPTY));
    cases.put("raw_input_contents[0]", () -> raw("FP32", 47, 1, 3, 2, 2));
    cases.put("raw_input_contents[0]#more", () -> raw("FP32", 52, 1, 3, 2, 2));
    cases.put("raw_input_contents[0]#short", () -> raw("UINT8", 11, 1, 2, 2, 3));
    cases.put("raw_input_contents[0]#few", () -> raw("BYTES", 4, 2));
    cases.put("raw_input_contents[0]#many", () -> raw("BYTES", 8, 1));
    cases.put("raw_input_contents[0][0]", () -> raw("BYTES", 3, 1));
    cases.put(
        "raw_input_contents[0][0]#length",
        () ->
            typed("BYTES", 1)
                .addRawInputContents(ByteString.copyFrom(new byte[] {-1, -1, -1, -1, 7})));
    cases.put("raw_input_contents[0][0]#empty", () -> raw("BYTES", 4, 1));
    cases.put(
        "raw_input_contents[0][0][3]",
        () -> {
          byte[] data = DATA.clone();
          data[14] = (byte) 0x80;
          data[15] = 0x7f; // infinity in the fourth value
          return typed("FP32", 1, 3, 2, 2).addRawInputContents(ByteString.copyFrom(data));
        });
    cases.put("inputs[0].contents.fp32_contents", () -> typed("FP32", 1, 3, 2, 2));
    cases.put("inputs[0].contents.uint_contents", () -> typed("UINT8", 1, 2, 2, 3));
    cases.put("inputs[0].contents.bytes_contents", () -> typed("BYTES", 1));
    cases.put(
        "inputs[0].contents.fp32_contents#both",
        () -> {
          ModelInferRequest.Builder both = good();
          both.getInputsBuilder(0).getContentsBuilder().addFp32Contents(1);
          return both;
        });
    cases.put(
        "inputs[0].contents.int_contents",
        () -> {
          ModelInferRequest.Builder wrong = typed("FP32", 1, 3, 2, 2);
          wrong.getInputsBuilder(0).getContentsBuilder().addIntContents(1);
          return wrong;
        });
    cases.put(
        "inputs[0].contents.uint_contents[11]",
        () -> {
          ModelInferRequest.Builder wide = typed("UINT8", 1, 2, 2, 3);
          for (int i = 0; i < 12; i++) {
            wide.getInputsBuilder(0).getContentsBuilder().addUintContents(245 + i);
          }
          return wide;
        });
    cases.put(
        "inputs[0].parameters",
        () -> {
          ModelInferRequest.Builder shared = good();
          shared
              .getInputsBuilder(0)
              .putParameters("shared_memory_region", ToyInference.text("region"));
          return shared;
        });
    cases.put("outputs[0].name", () -> good().addOutputs(ToyInference.output("boxes")));
    cases.put(
        "outputs[1].name",
        () ->
            good().addOutputs(ToyInference.output("exit")).addOutputs(ToyInference.output("exit")));
    cases.put(
        "outputs[0].parameters[classification]",
        () ->
            good()
                .addOutputs(
                    ToyInference.output("label").toBuilder()
                        .putParameters("classification", ToyInference.whole(2))));
    cases.put("parameters[dvt.treshold]", () -> with("dvt.treshold", ToyInference.text("1")));
    cases.put("parameters[dvt.stop_at]", () -> with("dvt.stop_at", ToyInference.whole(4)));
    cases.put("parameters[dvt.stop_at]#zero", () -> with("dvt.stop_at", ToyInference.whole(0)));
    cases.put("parameters[dvt.stop_at]#word", () -> with("dvt.stop_at", ToyInference.text("two")));
    cases.put("parameters[dvt.stop_at]#half", () -> with("dvt.stop_at", ToyInference.text("1.5")));
    cases.put(
        "parameters[dvt.stop_at]#exponent",
        () -> with("dvt.stop_at", ToyInference.text("1e999999999")));
    cases.put("parameters[dvt.stop_at]#bool", () -> with("dvt.stop_at", ToyInference.flag(true)));
    cases.put(
        "parameters[dvt.stop_at]#unset",
        () -> with("dvt.stop_at", InferParameter.getDefaultInstance()));
    cases.put("parameters[dvt.floor]", () -> with("dvt.floor", ToyInference.whole(9)));
    cases.put("parameters[dvt.thresholds]", () -> with("dvt.thresholds", ToyInference.text("0.8")));
    cases.put(
        "parameters[dvt.thresholds]#range",
        () -> with("dvt.thresholds", ToyInference.text("0.8,1.6")));
    cases.put(
        "parameters[dvt.thresholds]#words",
        () -> with("dvt.thresholds", ToyInference.text("high,low")));
    cases.put(
        "parameters[dvt.criterion]",
        () -> good().putParameters("dvt.criterion", ToyInference.text("mood")));
    cases.put(
        "parameters[dvt.criterion]#alone",
        () -> with("dvt.criterion", ToyInference.text("margin")));
    cases.put(
        "parameters[dvt.operating_point]",
        () -> with("dvt.operating_point", ToyInference.text("nowhere")));
    cases.put(
        "parameters[dvt.operating_point]#both",
        () -> good().putParameters("dvt.operating_point", ToyInference.text("nowhere")));
    cases.put(
        "parameters[dvt.budget_gflops]", () -> with("dvt.budget_gflops", ToyInference.text("0.1")));
    cases.put(
        "parameters[dvt.budget_gflops]#nan",
        () ->
            with(
                "dvt.budget_gflops",
                InferParameter.newBuilder().setDoubleParam(Double.NaN).build()));
    cases.put("parameters[dvt.deadline_us]", () -> with("dvt.deadline_us", ToyInference.whole(0)));
    cases.put("parameters[priority]", () -> with("priority", ToyInference.whole(-1)));
    cases.put("parameters[timeout]", () -> with("timeout", ToyInference.text("soon")));
    cases.put(
        "parameters[binary_data_output]",
        () -> with("binary_data_output", ToyInference.text("maybe")));
    return cases;
  }

  private static ModelInferRequest.Builder change(ModelInferRequest.Builder request, String name) {
    request.getInputsBuilder(0).setName(name);
    return request;
  }

  static java.util.stream.Stream<String> malformedFields() {
    return malformed().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("malformedFields")
  void a_malformed_request_is_refused_naming_the_field(String name) throws Exception {
    String field = name.replaceAll("#.*", "");
    StatusRuntimeException refusal = refusal(malformed().get(name).get().build());
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription())
        .startsWith(field + ": ")
        .contains("(expected: ");
    BadRequest details = StatusProto.fromThrowable(refusal).getDetails(0).unpack(BadRequest.class);
    assertThat(details.getFieldViolations(0).getField()).isEqualTo(field);
  }

  private static StatusRuntimeException refusal(ModelInferRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub.modelInfer(request));
  }

  @Test
  void an_unknown_exit_parameter_is_told_the_known_ones() {
    StatusRuntimeException refusal = refusal(with("dvt.stop", ToyInference.whole(2)).build());
    assertThat(refusal.getStatus().getDescription())
        .isEqualTo(
            "parameters[dvt.stop]: unknown (expected: one of dvt.operating_point, dvt.thresholds,"
                + " dvt.criterion, dvt.stop_at, dvt.budget_gflops, dvt.deadline_us, dvt.floor,"
                + " dvt.adapt)");
  }

  @ParameterizedTest
  @CsvSource({"nobody, '', model_name", "toy, 3, model_version"})
  void an_unknown_model_is_not_found(String name, String version, String field) throws Exception {
    StatusRuntimeException refusal =
        refusal(good().setModelName(name).setModelVersion(version).build());
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    assertThat(refusal.getStatus().getDescription()).startsWith(field + ": \"");
    assertThat(StatusProto.fromThrowable(refusal).getDetails(0).is(ResourceInfo.class)).isTrue();
  }

  @Test
  void calls_about_an_unknown_model_say_not_found_too() {
    assertThat(
            code(
                () ->
                    stub.modelMetadata(
                        ModelMetadataRequest.newBuilder().setName("nobody").build())))
        .isEqualTo(Code.NOT_FOUND);
    assertThat(
            code(() -> stub.modelConfig(ModelConfigRequest.newBuilder().setName("nobody").build())))
        .isEqualTo(Code.NOT_FOUND);
    assertThat(
            code(
                () ->
                    stub.modelStatistics(
                        ModelStatisticsRequest.newBuilder().setName("nobody").build())))
        .isEqualTo(Code.NOT_FOUND);
    assertThat(
            code(
                () ->
                    stub.repositoryIndex(
                        RepositoryIndexRequest.newBuilder().setRepositoryName("other").build())))
        .isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void models_are_not_loaded_or_unloaded_unless_the_server_allows_it() {
    assertThat(
            code(
                () ->
                    stub.repositoryModelLoad(
                        RepositoryModelLoadRequest.newBuilder().setModelName("toy").build())))
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(
            code(
                () ->
                    stub.repositoryModelUnload(
                        RepositoryModelUnloadRequest.newBuilder().setModelName("toy").build())))
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(stub.modelInfer(good().build()).getModelVersion()).isEqualTo("1");
  }

  @Test
  void a_budget_of_time_that_stage_1_cannot_keep_is_a_deadline() {
    StatusRuntimeException refusal =
        refusal(with("dvt.deadline_us", ToyInference.whole(1)).build());
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
  }

  @Test
  void a_request_that_waits_longer_than_its_timeout_is_a_deadline() {
    StatusRuntimeException refusal = refusal(with("timeout", ToyInference.whole(1)).build());
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(refusal.getStatus().getDescription())
        .isEqualTo("toy/1: stage 1 did not start within the timeout");
  }

  private static Code code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus().getCode();
  }
}
