package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.Tensor;
import ai.dvt.server.toy.ToyCascade;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Far more bytes than the server's heap, from clients that mean it ill or do not know better: the
 * server lives and serves others. -XX:+ExitOnOutOfMemoryError would end it at the first failure.
 */
@Timeout(120)
class FloodTest {
  private static final ModelRef TOY = ModelRef.newBuilder().setName("toy").build();

  @TempDir Path models;

  @BeforeEach
  void write() {
    ToyCascade.write(models.resolve("toy/1"), "toy");
  }

  /** What a call hears in the end: an answer or an error. */
  private static final class Heard<Q, R> implements ClientResponseObserver<Q, R> {
    private final BlockingQueue<Object> events;
    private final boolean reading;
    private ClientCallStreamObserver<Q> call;

    Heard(BlockingQueue<Object> events, boolean reading) {
      this.events = events;
      this.reading = reading;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> call) {
      this.call = call;
      if (!reading) {
        call.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(R response) {
      events.add(response);
    }

    @Override
    public void onError(Throwable cause) {
      events.add(cause);
    }

    @Override
    public void onCompleted() {}
  }

  /** Raw pixels as large as a message may be, nearly: side x side x 3 bytes. */
  private static Image pixels(ByteString bytes, int side) {
    return Image.newBuilder()
        .setTensor(
            Tensor.newBuilder()
                .setDataType(DataType.DATA_TYPE_UINT8)
                .addShape(side)
                .addShape(side)
                .addShape(3)
                .setData(bytes))
        .build();
  }

  private static ManagedChannel open(ServerChild server) {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  private static void assertServes(ServerChild server) throws Exception {
    ManagedChannel channel = open(server);
    try {
      byte[] picture = new byte[12];
      ClassifyResponse response =
          CascadeServiceGrpc.newBlockingStub(channel)
              .classify(
                  ClassifyRequest.newBuilder()
                      .setModel(TOY)
                      .addImages(pixels(UnsafeByteOperations.unsafeWrap(picture), 2))
                      .build());
      assertThat(response.getResults(0).hasAnswer()).isTrue();
    } finally {
      channel.shutdownNow();
    }
    assertThat(server.isAlive()).isTrue();
  }

  @Test
  void two_hundred_calls_with_large_messages_fit_into_a_small_heap() throws Exception {
    try (ServerChild server = ServerChild.start(models, "512m")) {
      int side = 1182; // 4 MiB; 200 of them are more than the heap
      ByteString bytes = UnsafeByteOperations.unsafeWrap(new byte[side * side * 3]);
      BlockingQueue<Object> events = new LinkedBlockingQueue<>();
      List<ManagedChannel> channels = new ArrayList<>();
      try {
        for (int connection = 0; connection < 4; connection++) {
          channels.add(open(server));
        }
        for (int call = 0; call < 200; call++) {
          CascadeServiceGrpc.newStub(channels.get(call % 4))
              .classify(
                  ClassifyRequest.newBuilder().setModel(TOY).addImages(pixels(bytes, side)).build(),
                  new Heard<>(events, true));
        }
        assertServes(server);
        for (int call = 0; call < 200; call++) {
          Object event = events.take();
          assertThat(event).as("%s", server.log()).isInstanceOf(ClassifyResponse.class);
          assertThat(((ClassifyResponse) event).getResults(0).hasAnswer()).isTrue();
        }
      } finally {
        channels.forEach(ManagedChannel::shutdownNow);
      }
      assertServes(server);
    }
  }

  @Test
  void clients_that_never_read_and_never_stop_sending_fit_too() throws Exception {
    try (ServerChild server = ServerChild.start(models, "512m")) {
      int side = 591; // 1 MiB
      ByteString large = UnsafeByteOperations.unsafeWrap(new byte[side * side * 3]);
      ByteString small = UnsafeByteOperations.unsafeWrap(new byte[12]);
      String longId = "x".repeat(1000); // comes back with every answer
      BlockingQueue<Object> events = new LinkedBlockingQueue<>();
      ManagedChannel channel = open(server);
      try {
        List<Heard<ClassifyStreamRequest, ClassifyStreamResponse>> deaf = new ArrayList<>();
        for (int stream = 0; stream < 200; stream++) {
          Heard<ClassifyStreamRequest, ClassifyStreamResponse> heard = new Heard<>(events, false);
          CascadeServiceGrpc.newStub(channel).classifyStream(heard);
          deaf.add(heard);
        }
        for (int image = 0; image < 100; image++) {
          for (Heard<ClassifyStreamRequest, ClassifyStreamResponse> heard : deaf) {
            heard.call.onNext(
                ClassifyStreamRequest.newBuilder()
                    .setId(longId + image)
                    .setModel(TOY)
                    .setImage(image == 0 ? pixels(large, side) : pixels(small, 2))
                    .build());
          }
        }
        assertServes(server);
        assertThat(events).isEmpty();
      } finally {
        channel.shutdownNow();
      }
      assertServes(server);
      assertThat(server.terminate()).isZero();
    }
  }
}
