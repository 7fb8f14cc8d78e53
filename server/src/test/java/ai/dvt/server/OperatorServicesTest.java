package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1alpha.ServerReflectionGrpc;
import io.grpc.reflection.v1alpha.ServerReflectionRequest;
import io.grpc.reflection.v1alpha.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What probes and debugging tools see: health, reflection and channelz. */
@Timeout(60)
class OperatorServicesTest {
  @TempDir Path models;

  @Test
  void every_model_and_service_can_be_watched_until_the_server_leaves() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Map<String, Answers<HealthCheckRequest, HealthCheckResponse>> watched = new HashMap<>();
      for (String service :
          List.of("", "toy", "cascade.v1.CascadeService", "inference.GRPCInferenceService")) {
        Answers<HealthCheckRequest, HealthCheckResponse> answers = new Answers<>(true);
        HealthGrpc.newStub(toy.channel)
            .watch(HealthCheckRequest.newBuilder().setService(service).build(), answers);
        assertThat(answers.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        watched.put(service, answers);
      }
      Answers<HealthCheckRequest, HealthCheckResponse> unknown = new Answers<>(true);
      HealthGrpc.newStub(toy.channel)
          .watch(HealthCheckRequest.newBuilder().setService("nobody").build(), unknown);
      assertThat(unknown.next().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);

      Thread drain = new Thread(toy.server::drain);
      drain.start();
      for (Answers<HealthCheckRequest, HealthCheckResponse> answers : watched.values()) {
        assertThat(answers.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
      }
      drain.join();
    }
  }

  @Test
  void old_reflection_clients_see_both_services() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      Answers<ServerReflectionRequest, ServerReflectionResponse> answers = new Answers<>(true);
      StreamObserver<ServerReflectionRequest> stream =
          ServerReflectionGrpc.newStub(toy.channel).serverReflectionInfo(answers);
      stream.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      assertThat(answers.next().getListServicesResponse().getServiceList())
          .extracting(service -> service.getName())
          .contains(
              "cascade.v1.CascadeService",
              "inference.GRPCInferenceService",
              "grpc.channelz.v1.Channelz");
      stream.onNext(
          ServerReflectionRequest.newBuilder()
              .setFileContainingSymbol("inference.GRPCInferenceService.ModelInfer")
              .build());
      assertThat(answers.next().getFileDescriptorResponse().getFileDescriptorProtoCount())
          .isEqualTo(2);
      stream.onCompleted();
      assertThat(answers.end().isOk()).isTrue();
    }
  }

  @Test
  void channelz_shows_the_server() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      var servers =
          ChannelzGrpc.newBlockingStub(toy.channel)
              .getServers(GetServersRequest.getDefaultInstance());
      assertThat(servers.getServerList())
          .anySatisfy(server -> assertThat(server.getData().getCallsStarted()).isPositive());
    }
  }
}
