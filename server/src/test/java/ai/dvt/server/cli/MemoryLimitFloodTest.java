package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.Tensor;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.toy.PictureCascade;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server with a limit of its memory, and more images than that holds. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class MemoryLimitFloodTest {
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  /** What is left for images: some 30 of them. */
  private static final long ROOM = 40L << 20;

  private static final int CALLS = 1000;
  private static final int SIDE = PictureCascade.SIDE;

  @TempDir Path models;

  /** An answer, or why there is none. */
  private record Heard(ClassifyResponse response, Throwable cause) {}

  private static final class Ear implements StreamObserver<ClassifyResponse> {
    private final BlockingQueue<Heard> events;

    Ear(BlockingQueue<Heard> events) {
      this.events = events;
    }

    @Override
    public void onNext(ClassifyResponse response) {
      events.add(new Heard(response, null));
    }

    @Override
    public void onError(Throwable cause) {
      events.add(new Heard(null, cause));
    }

    @Override
    public void onCompleted() {}
  }

  @Test
  void the_process_stays_under_its_limit_and_a_flood_is_refused_or_answered() throws Exception {
    PictureCascade.write(models.resolve("pictures").resolve("1"), "pictures");
    long limit = needed() + ROOM;
    try (ServerChild server = start(limit)) {
      BlockingQueue<Heard> events = new LinkedBlockingQueue<>();
      List<ManagedChannel> channels = new ArrayList<>();
      int answered = 0;
      int refused = 0;
      try {
        for (int connection = 0; connection < 4; connection++) {
          channels.add(
              NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build());
        }
        ClassifyRequest request = request();
        int sent = 0;
        for (int heard = 0; heard < CALLS; heard++) {
          while (sent < CALLS && sent - heard < 300) {
            CascadeServiceGrpc.newStub(channels.get(sent++ % 4)).classify(request, new Ear(events));
          }
          Heard end = events.take();
          if (end.cause() == null) {
            assertThat(end.response().getResults(0).hasAnswer()).isTrue();
            answered++;
          } else {
            assertThat(Status.fromThrowable(end.cause()).getCode())
                .as("%s, alive %s, %s", end.cause().getCause(), server.isAlive(), server.log())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(Status.trailersFromThrowable(end.cause()).get(PUSHBACK)).isNotNull();
            refused++;
          }
        }
      } finally {
        channels.forEach(ManagedChannel::shutdownNow);
      }
      assertThat(answered).isPositive();
      assertThat(refused).as("%s", server.log()).isPositive();
      assertThat(answered + refused).isEqualTo(CALLS);
      assertThat(server.mostResidentBytes()).as("%s", server.log()).isLessThan(limit);
      assertThat(server.terminate()).isZero();
    }
  }

  private ServerChild start(long limit) throws Exception {
    return ServerChild.start(
        models,
        "384m",
        "--workers=2",
        "--mode=throughput",
        "--max-batch=16",
        "--max-message-bytes=2MiB",
        "--max-inflight-request-bytes=64MiB",
        "--memory-limit=" + limit);
  }

  /** What the server says it needs before the first image. */
  private long needed() {
    AssertionError refusal =
        catchThrowableOfType(AssertionError.class, () -> start(1 << 20).close());
    Matcher said =
        Pattern.compile("memory-limit: .*expected: > (\\d+),").matcher(refusal.getMessage());
    assertThat(said.find()).as("%s", refusal.getMessage()).isTrue();
    return Long.parseLong(said.group(1));
  }

  private static ClassifyRequest request() {
    return ClassifyRequest.newBuilder()
        .setModel(ModelRef.newBuilder().setName("pictures"))
        .setPolicy(Policies.toMessage(ExitPolicy.parse("last")))
        .addImages(
            Image.newBuilder()
                .setTensor(
                    Tensor.newBuilder()
                        .setDataType(DataType.DATA_TYPE_FLOAT32)
                        .addShape(3)
                        .addShape(SIDE)
                        .addShape(SIDE)
                        .setData(UnsafeByteOperations.unsafeWrap(new byte[3 * SIDE * SIDE * 4]))))
        .build();
  }
}
