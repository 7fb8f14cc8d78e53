package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ai.dvt.inference.ModelRepositoryParameter;
import ai.dvt.inference.RepositoryIndexRequest;
import ai.dvt.inference.RepositoryIndexResponse.ModelIndex;
import ai.dvt.inference.RepositoryModelLoadRequest;
import ai.dvt.inference.RepositoryModelUnloadRequest;
import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.toy.ToyCascade;
import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Triton's calls that load and unload models, where a server allows them. */
@Timeout(60)
class RepositoryControlTest {
  @TempDir Path folder;

  private Path models() {
    return folder.resolve("models");
  }

  private ToyServer server() throws Exception {
    return ToyServer.start(
        ToyServer.config(models())
            .with(
                new RepositorySettings(
                    Optional.empty(), 1, false, Optional.empty(), List.of(), true)));
  }

  private static GRPCInferenceServiceBlockingStub stub(ToyServer toy) {
    return GRPCInferenceServiceGrpc.newBlockingStub(toy.channel);
  }

  private static RepositoryModelLoadRequest load(String name) {
    return RepositoryModelLoadRequest.newBuilder().setModelName(name).build();
  }

  private static RepositoryModelUnloadRequest unload(String name) {
    return RepositoryModelUnloadRequest.newBuilder().setModelName(name).build();
  }

  private static String answering(ToyServer toy) {
    return stub(toy)
        .modelInfer(ToyInference.floats(ToyInference.picture(1, 2)).build())
        .getModelVersion();
  }

  private static StatusRuntimeException refusal(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call);
  }

  @Test
  void a_new_version_answers_once_it_is_loaded_and_none_after_unload() throws Exception {
    try (ToyServer toy = server()) {
      assertThat(answering(toy)).isEqualTo("1");
      ToyCascade.write(models().resolve("toy/2"), "toy");
      stub(toy).repositoryModelLoad(load("toy"));
      assertThat(answering(toy)).isEqualTo("2");
      stub(toy).repositoryModelUnload(unload("toy"));
      assertThat(refusal(() -> answering(toy)).getStatus().getCode())
          .isIn(Code.NOT_FOUND, Code.UNAVAILABLE);
      assertThat(
              stub(toy)
                  .repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(true).build())
                  .getModelsCount())
          .isZero();
      stub(toy).repositoryModelLoad(load("toy"));
      assertThat(answering(toy)).isEqualTo("2");
    }
  }

  @Test
  void a_version_that_is_not_sound_is_told_and_the_old_one_goes_on() throws Exception {
    try (ToyServer toy = server()) {
      ToyCascade.write(models().resolve("toy/2"), "toy");
      Files.delete(models().resolve("toy/2/stage-3.onnx"));
      StatusRuntimeException refusal = refusal(() -> stub(toy).repositoryModelLoad(load("toy")));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
      assertThat(refusal.getStatus().getDescription()).contains("stage-3.onnx: missing");
      assertThat(answering(toy)).isEqualTo("1");
      assertThat(
              stub(toy)
                  .repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                  .getModelsList())
          .extracting(ModelIndex::getState)
          .containsExactlyInAnyOrder("READY", "UNAVAILABLE");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../toy", "toy/1", "/toy", "", ".", "..", "toy\\1", "a b", "toy\u0000", "~"})
  void a_name_that_is_no_folder_of_the_repository_is_refused(String name) throws Exception {
    try (ToyServer toy = server()) {
      for (var call :
          List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
              () -> stub(toy).repositoryModelLoad(load(name)),
              () -> stub(toy).repositoryModelUnload(unload(name)))) {
        StatusRuntimeException refusal = refusal(call);
        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).startsWith("model_name: ");
      }
      assertThat(answering(toy)).isEqualTo("1");
    }
  }

  @Test
  void overrides_and_unknown_models_are_refused() throws Exception {
    try (ToyServer toy = server()) {
      for (String key : List.of("config", "file:1/stage-1.onnx")) {
        StatusRuntimeException refusal =
            refusal(
                () ->
                    stub(toy)
                        .repositoryModelLoad(
                            load("toy").toBuilder()
                                .putParameters(
                                    key,
                                    ModelRepositoryParameter.newBuilder()
                                        .setBytesParam(ByteString.copyFromUtf8("{}"))
                                        .build())
                                .build()));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).startsWith("parameters[" + key + "]: ");
      }
      assertThat(refusal(() -> stub(toy).repositoryModelLoad(load("nobody"))).getStatus().getCode())
          .isEqualTo(Code.NOT_FOUND);
      assertThat(
              refusal(() -> stub(toy).repositoryModelUnload(unload("nobody")))
                  .getStatus()
                  .getCode())
          .isEqualTo(Code.NOT_FOUND);
      assertThat(answering(toy)).isEqualTo("1");
    }
  }
}
