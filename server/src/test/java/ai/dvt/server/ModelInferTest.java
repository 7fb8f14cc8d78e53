package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ai.dvt.inference.InferParameter;
import ai.dvt.inference.ModelConfig;
import ai.dvt.inference.ModelConfigRequest;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferRequest.InferRequestedOutputTensor;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.inference.ModelInferResponse.InferOutputTensor;
import ai.dvt.inference.ModelMetadataRequest;
import ai.dvt.inference.ModelMetadataResponse;
import ai.dvt.inference.ModelMetadataResponse.TensorMetadata;
import ai.dvt.inference.ModelReadyRequest;
import ai.dvt.inference.ModelStatistics;
import ai.dvt.inference.ModelStatisticsRequest;
import ai.dvt.inference.RepositoryIndexRequest;
import ai.dvt.inference.ServerLiveRequest;
import ai.dvt.inference.ServerMetadataRequest;
import ai.dvt.inference.ServerReadyRequest;
import ai.dvt.server.toy.ToyCascade;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients of the Open Inference Protocol get. */
@Timeout(60)
class ModelInferTest {
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

  private static final float[] SURE_AT_1 = ToyInference.picture(1, 2);
  private static final float[] SURE_AT_2 = ToyInference.picture(2, 0);
  private static final float[] SURE_AT_3 = ToyInference.picture(3, 1);

  @Test
  void every_output_is_given_for_every_image_in_the_requests_order() {
    ModelInferResponse response =
        stub.modelInfer(ToyInference.floats(SURE_AT_1, SURE_AT_2, SURE_AT_3).build());
    assertThat(response.getModelName()).isEqualTo("toy");
    assertThat(response.getModelVersion()).isEqualTo("1");
    assertThat(response.getId()).isEqualTo("request-7");
    assertThat(response.getOutputsList())
        .extracting(InferOutputTensor::getName)
        .containsExactly("logits", "label", "confidence", "exit", "gflops");
    assertThat(response.getOutputs(0).getShapeList()).containsExactly(3L, 4L);
    assertThat(response.getOutputs(1).getShapeList()).containsExactly(3L);
    assertThat(ToyInference.integers(response, "exit")).containsExactly(1, 2, 3);
    assertThat(ToyInference.texts(response, "label")).containsExactly("2", "0", "1");
    assertThat(ToyInference.doubles(response, "gflops")).containsExactly(0.5, 1.0, 1.5);
    assertThat(ToyInference.floats(response, "confidence"))
        .allSatisfy(c -> assertThat(c).isBetween(0.9f, 1f));
    List<Float> logits = ToyInference.floats(response, "logits");
    float[][] pictures = {SURE_AT_1, SURE_AT_2, SURE_AT_3};
    for (int i = 0; i < 3; i++) {
      float[] expected = ToyCascade.expected(pictures[i])[i];
      for (int k = 0; k < 4; k++) {
        assertThat(logits.get(4 * i + k)).isCloseTo(expected[k], within(1e-4f));
      }
    }
  }

  @Test
  void typed_contents_get_the_same_answer_as_raw_ones() {
    ModelInferResponse raw = stub.modelInfer(ToyInference.floats(SURE_AT_1, SURE_AT_3).build());
    ModelInferResponse typed =
        stub.modelInfer(ToyInference.typedFloats(SURE_AT_1, SURE_AT_3).build());
    assertThat(typed).isEqualTo(raw);
  }

  @Test
  void outputs_come_as_asked_and_typed_if_binary_output_is_declined() {
    ModelInferResponse response =
        stub.modelInfer(
            ToyInference.floats(SURE_AT_2)
                .addOutputs(ToyInference.output("exit"))
                .addOutputs(ToyInference.output("label"))
                .putParameters("binary_data_output", ToyInference.flag(false))
                .build());
    assertThat(response.getRawOutputContentsCount()).isZero();
    assertThat(response.getOutputsCount()).isEqualTo(2);
    assertThat(response.getOutputs(0).getContents().getIntContentsList()).containsExactly(2);
    assertThat(response.getOutputs(1).getContents().getBytesContents(0).toStringUtf8())
        .isEqualTo("0");
  }

  @Test
  void a_uint8_picture_a_file_and_the_own_service_agree() {
    byte[] rgb = new byte[3 * 5 * 7];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 37);
    }
    ModelInferRequest raw =
        ToyInference.request("UINT8", 2, 5, 7, 3)
            .addRawInputContents(ByteString.copyFrom(rgb).concat(ByteString.copyFrom(rgb)))
            .build();
    ModelInferRequest.Builder typed = ToyInference.request("UINT8", 2, 5, 7, 3);
    for (int i = 0; i < 2 * rgb.length; i++) {
      typed.getInputsBuilder(0).getContentsBuilder().addUintContents(rgb[i % rgb.length] & 0xff);
    }
    byte[] png = ToyInference.png(7, 5, rgb);
    ModelInferRequest files =
        ToyInference.request("BYTES", 2).addRawInputContents(ToyInference.raw(png, png)).build();
    ModelInferRequest.Builder typedFiles = ToyInference.request("BYTES", 2, 1);
    typedFiles
        .getInputsBuilder(0)
        .getContentsBuilder()
        .addBytesContents(ByteString.copyFrom(png))
        .addBytesContents(ByteString.copyFrom(png));

    ModelInferResponse expected = stub.modelInfer(raw);
    assertThat(stub.modelInfer(typed.build())).isEqualTo(expected);
    assertThat(stub.modelInfer(files)).isEqualTo(expected);
    assertThat(stub.modelInfer(typedFiles.build())).isEqualTo(expected);
    var own =
        toy.stub()
            .classify(
                ClassifyRequest.newBuilder()
                    .setModel(ToyServer.TOY)
                    .setPolicy(Policies.toMessage(ExitPolicy.parse("confidence>=0.9,0.9")))
                    .addImages(ToyServer.tensor(DataType.DATA_TYPE_UINT8, rgb, 5, 7, 3))
                    .build());
    var answer = own.getResults(0).getAnswer();
    assertThat(ToyInference.integers(expected, "exit"))
        .containsExactly(answer.getExit(), answer.getExit());
    assertThat(ToyInference.floats(expected, "confidence").get(1))
        .isEqualTo(answer.getLabels(0).getConfidence());
  }

  @Test
  void exit_control_rides_in_parameters_numbers_also_as_strings() {
    Map<String, InferParameter> none = Map.of();
    assertThat(exit(SURE_AT_3, none)).isEqualTo(3); // the default: the last exit
    assertThat(exit(SURE_AT_1, none)).isEqualTo(3);
    assertThat(exit(SURE_AT_1, Map.of("dvt.thresholds", ToyInference.text("0.9,never"))))
        .isEqualTo(1);
    assertThat(exit(SURE_AT_3, Map.of("dvt.stop_at", ToyInference.whole(2)))).isEqualTo(2);
    assertThat(exit(SURE_AT_3, Map.of("dvt.stop_at", ToyInference.text("2")))).isEqualTo(2);
    assertThat(
            exit(
                SURE_AT_3,
                Map.of("dvt.stop_at", InferParameter.newBuilder().setUint64Param(1).build())))
        .isEqualTo(1);
    assertThat(exit(SURE_AT_3, Map.of("dvt.budget_gflops", ToyInference.text("1.2")))).isEqualTo(2);
    assertThat(
            exit(
                SURE_AT_3,
                Map.of(
                    "dvt.budget_gflops", InferParameter.newBuilder().setDoubleParam(0.7).build())))
        .isEqualTo(1);
    assertThat(
            exit(
                SURE_AT_1,
                Map.of(
                    "dvt.thresholds", ToyInference.text("0.5, 0.5"),
                    "dvt.criterion", ToyInference.text("entropy"))))
        .isEqualTo(1);
    assertThat(
            exit(
                SURE_AT_1,
                Map.of(
                    "dvt.thresholds", ToyInference.text("0.9,0.9"),
                    "dvt.floor", ToyInference.whole(2))))
        .isEqualTo(2);
    assertThat(exit(SURE_AT_1, Map.of("dvt.deadline_us", ToyInference.text("20000000"))))
        .isEqualTo(3);
  }

  private static int exit(float[] picture, Map<String, InferParameter> parameters) {
    ModelInferResponse response =
        stub.modelInfer(
            ToyInference.floats(picture)
                .clearParameters()
                .putAllParameters(parameters)
                .putParameters("someone's own", ToyInference.flag(true))
                .addOutputs(ToyInference.output("exit"))
                .build());
    return ToyInference.integers(response, "exit").get(0);
  }

  @Test
  void the_classification_extension_gives_the_best_classes_as_texts() {
    ModelInferResponse response =
        stub.modelInfer(
            ToyInference.floats(SURE_AT_1)
                .addOutputs(
                    InferRequestedOutputTensor.newBuilder()
                        .setName("logits")
                        .putParameters("classification", ToyInference.whole(2)))
                .build());
    assertThat(response.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(response.getOutputs(0).getShapeList()).containsExactly(1L, 2L);
    List<String> classes = ToyInference.texts(response, "logits");
    assertThat(classes).hasSize(2);
    assertThat(classes.get(0)).endsWith(":2:2").startsWith(String.valueOf(SURE_AT_1[2]));
  }

  @Test
  void one_bad_image_fails_the_whole_request_and_leaves_nothing_behind() throws Exception {
    byte[] png = ToyInference.png(2, 2, new byte[12]);
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                stub.modelInfer(
                    ToyInference.request("BYTES", 3)
                        .addRawInputContents(ToyInference.raw(png, new byte[] {1, 2, 3}, png))
                        .build()));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription()).startsWith("raw_input_contents[0][1]: ");
    toy.awaitEmpty();
  }

  @Test
  void metadata_and_configuration_tell_how_to_ask() {
    ModelMetadataResponse metadata =
        stub.modelMetadata(ModelMetadataRequest.newBuilder().setName("toy").build());
    assertThat(metadata.getVersionsList()).containsExactly("1");
    assertThat(metadata.getPlatform()).isEqualTo("onnxruntime_onnx");
    assertThat(metadata.getInputsList())
        .containsExactly(
            TensorMetadata.newBuilder()
                .setName("image")
                .setDatatype("FP32")
                .addAllShape(List.of(-1L, 3L, 2L, 2L))
                .build());
    assertThat(metadata.getOutputsList())
        .extracting(t -> t.getName() + " " + t.getDatatype() + " " + t.getShapeList())
        .containsExactly(
            "logits FP32 [-1, 4]",
            "label BYTES [-1]",
            "confidence FP32 [-1]",
            "exit INT32 [-1]",
            "gflops FP64 [-1]");
    ModelConfig config =
        stub.modelConfig(ModelConfigRequest.newBuilder().setName("toy").build()).getConfig();
    assertThat(config.getMaxBatchSize()).isEqualTo(1024);
    assertThat(config.getInput(0).getDimsList()).containsExactly(3L, 2L, 2L);
    assertThat(config.getParametersOrThrow("dvt.gflops").getStringValue()).isEqualTo("0.5,1.0,1.5");
  }

  @Test
  void the_server_tells_of_itself_and_its_models() {
    assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
    assertThat(ready("toy", "")).isTrue();
    assertThat(ready("toy", "1")).isTrue();
    assertThat(ready("toy", "2")).isFalse();
    assertThat(ready("nobody", "")).isFalse();
    var server = stub.serverMetadata(ServerMetadataRequest.getDefaultInstance());
    assertThat(server.getName()).isEqualTo("dvt");
    assertThat(server.getExtensionsList()).contains("classification", "schedule_policy");
    var index = stub.repositoryIndex(RepositoryIndexRequest.getDefaultInstance());
    assertThat(index.getModels(0).getName()).isEqualTo("toy");
    assertThat(index.getModels(0).getState()).isEqualTo("READY");
  }

  private static boolean ready(String name, String version) {
    return stub.modelReady(ModelReadyRequest.newBuilder().setName(name).setVersion(version).build())
        .getReady();
  }

  @Test
  void statistics_count_images_and_runs() {
    ModelStatistics before = statistics();
    stub.modelInfer(ToyInference.floats(SURE_AT_1, SURE_AT_3).build());
    ModelStatistics after = statistics();
    assertThat(after.getInferenceCount() - before.getInferenceCount()).isEqualTo(2);
    assertThat(after.getExecutionCount() - before.getExecutionCount()).isBetween(3L, 4L);
    assertThat(after.getInferenceStats().getComputeInfer().getNs())
        .isGreaterThan(before.getInferenceStats().getComputeInfer().getNs());
    assertThat(after.getInferenceStats().getQueue().getCount())
        .isEqualTo(before.getInferenceStats().getQueue().getCount() + 4);
  }

  private static ModelStatistics statistics() {
    return stub.modelStatistics(ModelStatisticsRequest.newBuilder().setName("toy").build())
        .getModelStats(0);
  }
}
