package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.DescribeModelRequest;
import ai.dvt.cascade.v1.DescribeModelResponse;
import ai.dvt.cascade.v1.ListModelsRequest;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.ModelStatus;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.server.config.CallLimits;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.toy.ToyCascade;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a server begins, tells of itself and ends. */
@Timeout(60)
class ServerLifeTest {
  @TempDir Path models;

  private static ServingStatus health(ToyServer toy, String service) {
    return HealthGrpc.newBlockingStub(toy.channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  /** A version whose self-test expects other logits at exit 2, its sha256 mended. */
  private static void falsify(Path folder) throws Exception {
    Path other = folder.resolve("selftest-logits-2.npy");
    byte[] bytes = Files.readAllBytes(other);
    bytes[bytes.length - 1] ^= 0x01; // another exponent of the last float
    Files.write(other, bytes);
    String manifest = Files.readString(folder.resolve("manifest.json"));
    String file = "\"selftest-logits-2.npy\"";
    int at = manifest.indexOf("\"sha256\": \"", manifest.indexOf(file)) + "\"sha256\": \"".length();
    String sha =
        java.util.HexFormat.of()
            .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    Files.writeString(
        folder.resolve("manifest.json"),
        manifest.substring(0, at) + sha + manifest.substring(at + 64));
  }

  @Test
  void a_broken_model_is_reported_and_stops_no_other() throws Exception {
    ToyCascade.write(models.resolve("cut").resolve("1"), "cut");
    Files.delete(models.resolve("cut/1/stage-2.onnx"));
    ToyCascade.write(models.resolve("false").resolve("7"), "false");
    falsify(models.resolve("false/7"));
    try (ToyServer toy = ToyServer.start(models)) {
      assertThat(health(toy, "")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(toy, "toy")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(toy, "cascade.v1.CascadeService")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(toy, "cut")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(health(toy, "false")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThatThrownBy(() -> health(toy, "nobody")).hasMessageStartingWith("NOT_FOUND");

      List<ModelStatus> statuses =
          toy.stub().listModels(ListModelsRequest.getDefaultInstance()).getModelsList();
      assertThat(statuses).hasSize(3);
      assertThat(statuses.get(0).getModel().getName()).isEqualTo("toy");
      assertThat(statuses.get(0).getReady()).isTrue();
      for (ModelStatus status : statuses.subList(1, 3)) {
        assertThat(status.getReady()).isFalse();
        if (status.getModel().getName().equals("false")) {
          assertThat(status.getProblemsList()).anyMatch(problem -> problem.contains("stage 2"));
        } else {
          assertThat(status.getProblemsList())
              .anyMatch(problem -> problem.contains("stage-2.onnx"));
        }
      }
      StatusRuntimeException refusal =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  toy.stub()
                      .classify(
                          ClassifyRequest.newBuilder()
                              .setModel(ModelRef.newBuilder().setName("false"))
                              .addImages(ToyServer.picture(1, 1))
                              .build()));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(refusal.getStatus().getDescription()).startsWith("model false/7: not served");
    }
  }

  @Test
  void a_model_is_described_as_it_lies_on_disk() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      DescribeModelResponse description =
          toy.stub()
              .describeModel(DescribeModelRequest.newBuilder().setModel(ToyServer.TOY).build());
      assertThat(Manifests.toJson(Manifests.fromMessage(description.getManifest())))
          .isEqualTo(Files.readString(models.resolve("toy/1/manifest.json")));
      assertThat(description.getLabelsList()).containsExactly("0", "1", "2", "3");
      assertThat(description.getVariant()).isEqualTo("portable");
      assertThat(description.getProvider()).isEqualTo("cpu");
      assertThat(description.getDefaultPolicy()).isEqualTo("last");
      assertThat(description.getModel().getVersion()).isEqualTo("1");
    }
  }

  @Test
  void reflection_lists_the_services() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ServerReflectionRequest, ServerReflectionResponse> answers = new Answers<>(true);
      StreamObserver<ServerReflectionRequest> stream =
          ServerReflectionGrpc.newStub(toy.channel).serverReflectionInfo(answers);
      stream.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      assertThat(answers.next().getListServicesResponse().getServiceList())
          .extracting(service -> service.getName())
          .contains("cascade.v1.CascadeService", "grpc.health.v1.Health");
      stream.onNext(
          ServerReflectionRequest.newBuilder()
              .setFileContainingSymbol("cascade.v1.CascadeService")
              .build());
      assertThat(answers.next().getFileDescriptorResponse().getFileDescriptorProtoCount())
          .isPositive();
      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
    }
  }

  @Test
  void a_server_without_a_model_does_not_start_and_says_why() throws Exception {
    ServerConfig config = emptyConfig();
    assertThatThrownBy(() -> CascadeServer.start(config))
        .isInstanceOf(ServerException.class)
        .hasMessageStartingWith("models: none in ")
        .hasMessageEndingWith("can be served (expected: at least one)");

    ToyCascade.write(models.resolve("empty/false/7"), "false");
    falsify(models.resolve("empty/false/7"));
    assertThatThrownBy(() -> CascadeServer.start(config))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("\n  false/7: ")
        .hasMessageContaining("stage 2");
  }

  private ServerConfig emptyConfig() {
    ServerConfig config = ToyServer.config(models.resolve("not looked at"));
    Path empty = models.resolve("empty");
    assertThat(empty.toFile().mkdir()).isTrue();
    return new ServerConfig(
        empty,
        config.host(),
        0,
        config.engine(),
        config.calls(),
        config.connections(),
        config.drainTimeout());
  }

  @Test
  void an_address_in_use_is_named() throws Exception {
    ServerConfig config = ToyServer.config(models);
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      ServerConfig clash =
          new ServerConfig(
              models,
              config.host(),
              taken.getLocalPort(),
              config.engine(),
              config.calls(),
              config.connections(),
              config.drainTimeout());
      assertThatThrownBy(() -> CascadeServer.start(clash))
          .isInstanceOf(ServerException.class)
          .hasMessageStartingWith("host, port: 127.0.0.1:" + taken.getLocalPort());
    }
  }

  private static ServerConfig draining(ServerConfig config, CallLimits calls, Duration timeout) {
    return new ServerConfig(
        config.models(),
        config.host(),
        config.port(),
        config.engine(),
        calls,
        config.connections(),
        timeout);
  }

  private static CascadeRequest start(String id) {
    return CascadeRequest.newBuilder()
        .setId(id)
        .setStart(
            CascadeStart.newBuilder().setModel(ToyServer.TOY).setImage(ToyServer.picture(3, 1)))
        .build();
  }

  @Test
  void a_draining_server_answers_what_it_admitted_and_takes_nothing_new() throws Exception {
    CallLimits calls = ToyServer.calls(8, 1 << 20, Duration.ofHours(1));
    try (ToyServer toy =
        ToyServer.start(draining(ToyServer.config(models), calls, Duration.ofSeconds(40)))) {
      Answers<CascadeRequest, CascadeResponse> answers = new Answers<>(true);
      StreamObserver<CascadeRequest> stream = toy.async().cascade(answers);
      stream.onNext(start("before"));
      assertThat(answers.next().hasReached()).isTrue();
      Answers<HealthCheckRequest, HealthCheckResponse> watch = new Answers<>(true);
      HealthGrpc.newStub(toy.channel).watch(HealthCheckRequest.getDefaultInstance(), watch);
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);

      CompletableFuture<Void> drained = CompletableFuture.runAsync(toy.server::drain);
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
      Code refused = Code.OK;
      while (refused == Code.OK) {
        try {
          toy.stub()
              .classify(
                  ClassifyRequest.newBuilder()
                      .setModel(ToyServer.TOY)
                      .addImages(ToyServer.picture(1, 1))
                      .build());
        } catch (StatusRuntimeException e) {
          refused = e.getStatus().getCode();
        }
      }
      assertThat(refused).isEqualTo(Code.UNAVAILABLE);
      CascadeResponse late = null;
      for (int i = 0; late == null; i++) { // the engine refuses a moment after the service
        stream.onNext(start("late" + i));
        CascadeResponse response = answers.next();
        if (response.hasResult()) {
          late = response;
        } else {
          stream.onNext(step(response.getId(), CascadeStep.CASCADE_STEP_STOP));
          answers.next();
        }
      }
      assertThat(late.getResult().getError().getCode()).isEqualTo(Code.UNAVAILABLE.value());

      stream.onNext(step("before", CascadeStep.CASCADE_STEP_CONTINUE));
      assertThat(answers.next().getReached().getOutcome().getExit()).isEqualTo(2);
      stream.onNext(step("before", CascadeStep.CASCADE_STEP_CONTINUE));
      assertThat(answers.next().getResult().getAnswer().getExit()).isEqualTo(3);
      assertThat(drained).isNotDone();

      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
      drained.join();
    }
  }

  private static CascadeRequest step(String id, CascadeStep step) {
    return CascadeRequest.newBuilder().setId(id).setNext(step).build();
  }

  @Test
  void what_is_open_after_the_drain_timeout_ends_unavailable() throws Exception {
    CallLimits calls = ToyServer.calls(8, 1 << 20, Duration.ofHours(1));
    try (ToyServer toy =
        ToyServer.start(draining(ToyServer.config(models), calls, Duration.ofMillis(300)))) {
      Answers<CascadeRequest, CascadeResponse> waiting = new Answers<>(true);
      StreamObserver<CascadeRequest> stream = toy.async().cascade(waiting);
      stream.onNext(start("a"));
      assertThat(waiting.next().hasReached()).isTrue();
      Answers<CascadeRequest, CascadeResponse> idle = new Answers<>(true);
      toy.async().cascade(idle);

      toy.server.drain();

      assertThat(waiting.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(idle.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      toy.awaitEmpty();
    }
  }
}
