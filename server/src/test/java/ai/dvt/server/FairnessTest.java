package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.Priority;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.Mode;
import ai.dvt.server.config.QueueLimits;
import com.google.rpc.BadRequest;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FairnessTest {
  @TempDir Path models;
  private final Answers<CascadeRequest, CascadeResponse> heard = new Answers<>(true);

  /** Room for two images; the header x-tenant tells clients apart. */
  private ToyServer twoPlaces() throws Exception {
    EngineLimits limits =
        new EngineLimits(
            2,
            Mode.THROUGHPUT,
            OptionalInt.of(4),
            List.of(Duration.ZERO),
            new QueueLimits(2, 64 << 20, Optional.of("x-tenant")));
    return ToyServer.start(
        ToyServer.with(
            ToyServer.config(models), limits, ToyServer.calls(10, 1 << 20, Duration.ofHours(1))));
  }

  private static ClientInterceptor tenant(String name) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER), name);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static ClassifyRequest.Builder request() {
    return ClassifyRequest.newBuilder().setModel(ToyServer.TOY).addImages(ToyServer.picture(1, 1));
  }

  /** Images that fill the room and wait for more of it, all of one tenant. */
  private StreamObserver<CascadeRequest> flood(ToyServer toy) throws InterruptedException {
    StreamObserver<CascadeRequest> flood =
        toy.async().withInterceptors(tenant("flood")).cascade(heard);
    for (int i = 0; i < 4; i++) {
      flood.onNext(
          CascadeRequest.newBuilder()
              .setId("" + i)
              .setStart(
                  CascadeStart.newBuilder()
                      .setModel(ToyServer.TOY)
                      .setImage(ToyServer.picture(3, 1)))
              .build());
    }
    heard.next();
    heard.next();
    while (toy.server.waitingForRoom() < 2) {
      Thread.sleep(1);
    }
    return flood;
  }

  @Test
  void a_tenant_that_takes_all_room_is_refused_and_another_one_gets_its_turn() throws Exception {
    try (ToyServer toy = twoPlaces()) {
      StreamObserver<CascadeRequest> flood = flood(toy);
      StatusRuntimeException refusal =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> toy.stub().withInterceptors(tenant("flood")).classify(request().build()));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      Answers<ClassifyRequest, ClassifyResponse> other = new Answers<>(true);
      toy.async().withInterceptors(tenant("other")).classify(request().build(), other);
      while (toy.server.waitingForRoom() < 3) {
        Thread.sleep(1);
      }
      for (int i = 0; i < 2; i++) {
        flood.onNext(
            CascadeRequest.newBuilder()
                .setId("" + i)
                .setNext(CascadeStep.CASCADE_STEP_STOP)
                .build());
      }
      assertThat(other.next().getResults(0).hasAnswer()).isTrue();
      assertThat(toy.server.waitingForRoom()).isLessThanOrEqualTo(1);
      flood.onError(new RuntimeException("enough"));
      toy.awaitEmpty();
    }
  }

  @Test
  void peers_of_this_machine_are_clients_of_their_own() throws Exception {
    try (ToyServer toy = twoPlaces()) {
      StreamObserver<CascadeRequest> flood = toy.async().cascade(heard);
      var second = toy.open();
      try {
        for (int i = 0; i < 2; i++) {
          flood.onNext(
              CascadeRequest.newBuilder()
                  .setId("" + i)
                  .setStart(
                      CascadeStart.newBuilder()
                          .setModel(ToyServer.TOY)
                          .setImage(ToyServer.picture(3, 1)))
                  .build());
          heard.next();
        }
        Answers<ClassifyRequest, ClassifyResponse> other = new Answers<>(true);
        ai.dvt.cascade.v1.CascadeServiceGrpc.newStub(second).classify(request().build(), other);
        while (toy.server.waitingForRoom() < 1) {
          Thread.sleep(1);
        }
        flood.onError(new RuntimeException("enough"));
        assertThat(other.next().getResults(0).hasAnswer()).isTrue();
      } finally {
        second.shutdownNow();
      }
      toy.awaitEmpty();
    }
  }

  @Test
  void images_of_either_priority_are_answered_and_an_unknown_one_is_refused() throws Exception {
    try (ToyServer toy = twoPlaces()) {
      for (Priority priority :
          new Priority[] {Priority.PRIORITY_BATCH, Priority.PRIORITY_INTERACTIVE}) {
        assertThat(
                toy.stub()
                    .classify(request().setPriority(priority).build())
                    .getResults(0)
                    .hasAnswer())
            .isTrue();
      }
      StatusRuntimeException refusal =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> toy.stub().classify(request().setPriorityValue(7).build()));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(
              StatusProto.fromThrowable(refusal)
                  .getDetails(0)
                  .unpack(BadRequest.class)
                  .getFieldViolations(0)
                  .getField())
          .isEqualTo("priority");
    }
  }
}
