package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ListModelsRequest;
import ai.dvt.cascade.v1.ModelStatus;
import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.grpc.ModelControlException;
import ai.dvt.server.toy.ToyCascade;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Versions come and go while the server runs. */
@Timeout(60)
class ModelLifeTest {
  @TempDir Path folder;

  private Path models() {
    return folder.resolve("models");
  }

  /** Private copies in a folder that the test sees. */
  private ToyServer server(int versions, boolean unloadFirst, List<String> only) throws Exception {
    Files.createDirectories(folder.resolve("copies"));
    ServerConfig config =
        ToyServer.config(models())
            .with(
                new RepositorySettings(
                    Optional.empty(),
                    versions,
                    unloadFirst,
                    Optional.of(folder.resolve("copies")),
                    only,
                    true));
    return ToyServer.start(config);
  }

  private ToyServer server() throws Exception {
    return server(1, false, List.of());
  }

  private void write(String version) {
    ToyCascade.write(models().resolve("toy").resolve(version), "toy");
  }

  private static ClassifyResponse classify(ToyServer toy, String version) {
    return toy.stub()
        .classify(
            ClassifyRequest.newBuilder()
                .setModel(ToyServer.TOY.toBuilder().setVersion(version))
                .addImages(ToyServer.picture(1, 2))
                .build());
  }

  private static String answering(ToyServer toy) {
    ClassifyResponse response = classify(toy, "");
    assertThat(response.getResults(0).getAnswer().getLabels(0).getIndex()).isEqualTo(2);
    return response.getModel().getVersion();
  }

  private static List<ModelStatus> listed(ToyServer toy) {
    return toy.stub().listModels(ListModelsRequest.getDefaultInstance()).getModelsList();
  }

  private static ServingStatus health(ToyServer toy, String service) {
    return HealthGrpc.newBlockingStub(toy.channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  @Test
  void only_the_newest_good_version_is_loaded() throws Exception {
    write("2");
    write("10");
    write("11");
    Files.delete(models().resolve("toy/11/stage-2.onnx"));
    try (ToyServer toy = server()) {
      assertThat(answering(toy)).isEqualTo("10");
      assertThatThrownBy(() -> classify(toy, "2")).hasMessageContaining("one of [10]");
      assertThat(listed(toy)).hasSize(2);
      assertThat(listed(toy).get(1).getModel().getVersion()).isEqualTo("11");
      assertThat(listed(toy).get(1).getProblems(0)).startsWith("stage-2.onnx: missing");
    }
  }

  @Test
  void several_versions_are_served_when_asked_for() throws Exception {
    write("2");
    write("3");
    try (ToyServer toy = server(2, false, List.of())) {
      assertThat(answering(toy)).isEqualTo("3");
      assertThat(classify(toy, "2").getModel().getVersion()).isEqualTo("2");
      assertThatThrownBy(() -> classify(toy, "1")).hasMessageContaining("one of [2, 3]");
    }
  }

  @Test
  void a_version_that_is_copied_in_takes_over_once_it_is_whole() throws Exception {
    try (ToyServer toy = server()) {
      write("2");
      Path graph = models().resolve("toy/2/stage-3.onnx");
      byte[] whole = Files.readAllBytes(graph);
      Files.write(graph, java.util.Arrays.copyOf(whole, whole.length / 2));
      assertThatThrownBy(() -> toy.server.models().load("toy").join())
          .hasCauseInstanceOf(ModelControlException.class)
          .hasMessageContaining("model toy/2: stage-3.onnx: " + whole.length / 2 + " bytes");
      assertThat(answering(toy)).isEqualTo("1");
      assertThat(health(toy, "toy")).isEqualTo(ServingStatus.SERVING);

      Files.write(graph, whole);
      toy.server.models().load("toy").join();
      assertThat(answering(toy)).isEqualTo("2");
      assertThat(listed(toy)).hasSize(1);
    }
  }

  @Test
  void an_image_on_its_way_finishes_on_the_version_it_began_with() throws Exception {
    try (ToyServer toy = server()) {
      Answers<CascadeRequest, CascadeResponse> heard = new Answers<>(true);
      StreamObserver<CascadeRequest> stream = toy.async().cascade(heard);
      CascadeStart start =
          CascadeStart.newBuilder()
              .setModel(ToyServer.TOY)
              .setImage(ToyServer.picture(3, 1))
              .build();
      stream.onNext(CascadeRequest.newBuilder().setId("old").setStart(start).build());
      assertThat(heard.next().hasReached()).isTrue();

      write("2");
      toy.server.models().load("toy").join();
      assertThat(answering(toy)).isEqualTo("2");
      stream.onNext(
          CascadeRequest.newBuilder()
              .setId("old")
              .setNext(CascadeStep.CASCADE_STEP_CONTINUE)
              .build());
      assertThat(heard.next().getReached().getOutcome().getExit()).isEqualTo(2);
      stream.onNext(CascadeRequest.newBuilder().setId("new").setStart(start).build());
      assertThat(heard.next().getId()).isEqualTo("new");
      stream.onNext(
          CascadeRequest.newBuilder()
              .setId("old")
              .setNext(CascadeStep.CASCADE_STEP_CONTINUE)
              .build());
      assertThat(heard.next().getResult().getAnswer().getExit()).isEqualTo(3);
      stream.onNext(
          CascadeRequest.newBuilder().setId("new").setNext(CascadeStep.CASCADE_STEP_STOP).build());
      assertThat(heard.next().getId()).isEqualTo("new");
      stream.onCompleted();
      assertThat(heard.end().isOk()).isTrue();
    }
  }

  @Test
  void an_unloaded_model_is_unavailable_until_it_is_loaded_again() throws Exception {
    ToyCascade.write(models().resolve("other/1"), "other");
    try (ToyServer toy = server()) {
      toy.server.models().unload("toy").join();
      assertThatThrownBy(() -> classify(toy, ""))
          .hasMessageStartingWith("UNAVAILABLE: model toy/1: not served, unloaded");
      assertThat(health(toy, "toy")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(health(toy, "other")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(toy, "")).isEqualTo(ServingStatus.SERVING);
      toy.server.models().unload("toy").join();

      toy.server.models().load("toy").join();
      assertThat(answering(toy)).isEqualTo("1");
      assertThat(health(toy, "toy")).isEqualTo(ServingStatus.SERVING);
      assertThatThrownBy(() -> toy.server.models().load("../models/toy").join())
          .hasMessageContaining("model: \"../models/toy\" (expected: a folder of the repository");
      assertThatThrownBy(() -> toy.server.models().unload("nobody").join())
          .hasMessageContaining("model: \"nobody\"");
    }
  }

  @Test
  void a_model_not_asked_for_is_loaded_on_request_alone() throws Exception {
    ToyCascade.write(models().resolve("other/1"), "other");
    try (ToyServer toy = server(1, false, List.of("other"))) {
      assertThatThrownBy(() -> classify(toy, "")).hasMessageContaining("not asked to be loaded");
      toy.server.models().load("toy").join();
      assertThat(answering(toy)).isEqualTo("1");
    }
  }

  @Test
  void a_removed_model_is_gone_and_health_watchers_hear_it() throws Exception {
    ToyCascade.write(models().resolve("other/1"), "other");
    try (ToyServer toy = server()) {
      Answers<HealthCheckRequest, HealthCheckResponse> watch = new Answers<>(true);
      HealthGrpc.newStub(toy.channel)
          .watch(HealthCheckRequest.newBuilder().setService("toy").build(), watch);
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
      remove(models().resolve("toy"));
      assertThat(answering(toy)).isEqualTo("1");
      toy.server.models().load("toy").join();
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
      assertThatThrownBy(() -> classify(toy, "")).hasMessageStartingWith("NOT_FOUND");
    }
  }

  @Test
  void with_unload_first_the_old_version_returns_when_the_new_one_is_not_sound() throws Exception {
    try (ToyServer toy = server(1, true, List.of())) {
      write("2");
      Files.delete(models().resolve("toy/2/stage-1.onnx"));
      assertThatThrownBy(() -> toy.server.models().load("toy").join())
          .hasMessageContaining("toy/2: stage-1.onnx: missing");
      assertThat(answering(toy)).isEqualTo("1");
      write("3");
      toy.server.models().load("toy").join();
      assertThat(answering(toy)).isEqualTo("3");
    }
  }

  @Test
  void private_copies_are_gone_once_a_model_is_loaded() throws Exception {
    try (ToyServer toy = server()) {
      assertThat(answering(toy)).isEqualTo("1");
      assertThat(folder.resolve("copies")).isEmptyDirectory();
    }
  }

  @Test
  void a_polling_server_waits_for_its_first_model() throws Exception {
    ServerConfig config = ToyServer.config(models());
    remove(models().resolve("toy"));
    try (ToyServer toy =
        ToyServer.start(config.with(RepositorySettings.DEFAULT.polling(Duration.ofMillis(5))))) {
      assertThat(health(toy, "")).isEqualTo(ServingStatus.NOT_SERVING);
      Answers<HealthCheckRequest, HealthCheckResponse> watch = new Answers<>(true);
      HealthGrpc.newStub(toy.channel).watch(HealthCheckRequest.getDefaultInstance(), watch);
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
      write("1");
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
      assertThat(answering(toy)).isEqualTo("1");
    }
  }
}
