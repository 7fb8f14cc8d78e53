package ai.dvt.server.grpc.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.CascadeServiceGrpc.CascadeServiceImplBase;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ListModelsRequest;
import ai.dvt.cascade.v1.ListModelsResponse;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that keeps what it gets, behind the gate, on a real connection. */
@Timeout(30)
class InboundGateTest {
  private static final int MIB = 1 << 20;
  private static final String STREAM_METHOD = "cascade.v1.CascadeService/ClassifyStream";

  /** A message that its handler still holds. */
  private record Kept(ClassifyStreamRequest message, Charge charge, Runnable askForNext) {}

  private final RequestBudget budget = new RequestBudget(4 * MIB);
  private final BlockingQueue<Kept> kept = new LinkedBlockingQueue<>();
  private Server server;
  private ManagedChannel channel;

  private final class KeepingService extends CascadeServiceImplBase {
    @Override
    public StreamObserver<ClassifyStreamRequest> classifyStream(
        StreamObserver<ClassifyStreamResponse> responses) {
      ServerCallStreamObserver<ClassifyStreamResponse> call =
          (ServerCallStreamObserver<ClassifyStreamResponse>) responses;
      call.disableAutoRequest();
      call.request(1);
      call.setOnCancelHandler(() -> {});
      return new StreamObserver<>() {
        @Override
        public void onNext(ClassifyStreamRequest message) {
          kept.add(new Kept(message, InboundGate.claim(), () -> call.request(1)));
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {
          call.onCompleted();
        }
      };
    }

    @Override
    public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> responses) {
      responses.onNext(ClassifyResponse.getDefaultInstance());
      responses.onCompleted();
    }

    @Override
    public void listModels(
        ListModelsRequest request, StreamObserver<ListModelsResponse> responses) {
      responses.onNext(ListModelsResponse.getDefaultInstance());
      responses.onCompleted();
    }
  }

  @BeforeEach
  void start() throws IOException {
    start(Duration.ofSeconds(30));
  }

  private void start(Duration messageTimeout) throws IOException {
    InboundGate gate = new InboundGate(budget, new GateLimits(2 * MIB, 5000, messageTimeout));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .flowControlWindow(64 << 10)
            .addService(gate.readable(new KeepingService()));
    gate.install(builder, java.util.Optional.empty());
    server = builder.build().start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .maxInboundMessageSize(MIB)
            .build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
  }

  private static ClassifyStreamRequest message(int id, int bytes) {
    byte[] content = new byte[bytes];
    new Random(id).nextBytes(content);
    return ClassifyStreamRequest.newBuilder()
        .setId(Integer.toString(id))
        .setImage(Image.newBuilder().setEncoded(ByteString.copyFrom(content)))
        .build();
  }

  private StreamObserver<ClassifyStreamRequest> openStream(BlockingQueue<Status> ends) {
    return CascadeServiceGrpc.newStub(channel)
        .classifyStream(
            new StreamObserver<>() {
              @Override
              public void onNext(ClassifyStreamResponse response) {}

              @Override
              public void onError(Throwable cause) {
                ends.add(Status.fromThrowable(cause));
              }

              @Override
              public void onCompleted() {
                ends.add(Status.OK);
              }
            });
  }

  private StreamObserver<ClassifyStreamRequest> openStream() {
    return openStream(new LinkedBlockingQueue<>());
  }

  private void awaitHeld(long bytes) throws InterruptedException {
    while (budget.heldBytes() != bytes) {
      Thread.sleep(1);
    }
  }

  @Test
  void messages_arrive_whole_and_in_order_whatever_their_size() throws Exception {
    Random random = new Random(7);
    List<ClassifyStreamRequest> sent = new ArrayList<>();
    BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
    StreamObserver<ClassifyStreamRequest> stream = openStream(ends);
    for (int id = 0; id < 60; id++) {
      sent.add(message(id, id % 7 == 0 ? 0 : random.nextInt(id % 5 == 0 ? MIB : 9000)));
      stream.onNext(sent.get(id));
    }
    stream.onCompleted();
    for (ClassifyStreamRequest expected : sent) {
      Kept got = kept.take();
      assertThat(got.message()).isEqualTo(expected);
      assertThat(budget.heldBytes()).isGreaterThanOrEqualTo(expected.getSerializedSize());
      got.charge().close();
      got.askForNext().run();
    }
    assertThat(ends.take().isOk()).isTrue();
    awaitHeld(0);
  }

  @Test
  void a_message_is_not_read_before_the_budget_has_room_for_it() throws Exception {
    for (int id = 0; id < 20; id++) {
      openStream().onNext(message(id, MIB));
    }
    List<Kept> first = List.of(kept.take(), kept.take(), kept.take());
    while (budget.waiting() < 17) {
      Thread.sleep(1);
    }
    assertThat(kept).isEmpty();
    assertThat(budget.heldBytes()).isLessThanOrEqualTo(4 * MIB);

    first.forEach(message -> message.charge().close());
    for (int id = 3; id < 20; id++) {
      Kept next = kept.take();
      assertThat(budget.heldBytes()).isLessThanOrEqualTo(4 * MIB);
      next.charge().close();
    }
    awaitHeld(0);
  }

  @Test
  void an_idle_stream_and_one_that_does_not_ask_hold_nothing() throws Exception {
    openStream();
    StreamObserver<ClassifyStreamRequest> stream = openStream();
    stream.onNext(message(1, MIB));
    stream.onNext(message(2, MIB));
    kept.take().charge().close();
    awaitHeld(0);
    assertThat(kept.poll(50, TimeUnit.MILLISECONDS)).isNull();
    assertThat(budget.heldBytes()).isZero();
    assertThat(budget.waiting()).isZero();
  }

  @Test
  void small_messages_pass_while_large_ones_wait() throws Exception {
    List<Kept> all = new ArrayList<>();
    for (int id = 0; id < 5; id++) {
      openStream().onNext(message(id, MIB));
    }
    for (int id = 0; id < 3; id++) {
      all.add(kept.take());
    }
    CascadeServiceGrpc.newBlockingStub(channel).listModels(ListModelsRequest.getDefaultInstance());
    openStream().onNext(message(9, 100));
    assertThat(kept.take().message().getId()).isEqualTo("9");
  }

  @Test
  void a_client_that_goes_away_gives_its_bytes_and_its_place_back() throws Exception {
    for (int id = 0; id < 8; id++) {
      openStream().onNext(message(id, MIB));
    }
    List<Kept> delivered = List.of(kept.take(), kept.take(), kept.take());
    channel.shutdownNow();
    while (budget.waiting() > 0) {
      Thread.sleep(1);
    }
    delivered.forEach(message -> message.charge().close());
    awaitHeld(0);
  }

  @Test
  void a_unary_message_is_given_back_when_its_call_ends() throws Exception {
    ClassifyRequest request =
        ClassifyRequest.newBuilder().addImages(message(1, MIB).getImage()).build();
    for (int i = 0; i < 6; i++) {
      CascadeServiceGrpc.newBlockingStub(channel).classify(request);
    }
    awaitHeld(0);
  }

  @Test
  void a_compressed_message_counts_as_what_it_unfolds_to() throws Exception {
    byte[] zeros = new byte[MIB];
    ClassifyStreamRequest message =
        ClassifyStreamRequest.newBuilder()
            .setImage(Image.newBuilder().setEncoded(ByteString.copyFrom(zeros)))
            .build();
    StreamObserver<ClassifyStreamRequest> stream =
        CascadeServiceGrpc.newStub(channel)
            .withCompression("gzip")
            .classifyStream(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ClassifyStreamResponse response) {}

                  @Override
                  public void onError(Throwable cause) {}

                  @Override
                  public void onCompleted() {}
                });
    stream.onNext(message);
    Kept got = kept.take();
    assertThat(got.message()).isEqualTo(message);
    awaitHeld(message.getSerializedSize());
    got.charge().close();
    awaitHeld(0);
  }

  @Test
  void a_bomb_of_a_compressed_message_is_refused_and_given_back() throws Exception {
    byte[] zeros = new byte[3 * MIB];
    ClassifyRequest request =
        ClassifyRequest.newBuilder()
            .addImages(Image.newBuilder().setEncoded(ByteString.copyFrom(zeros)))
            .build();
    assertThatThrownBy(
            () ->
                CascadeServiceGrpc.newBlockingStub(channel)
                    .withCompression("gzip")
                    .classify(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    awaitHeld(0);
  }

  @Test
  void a_message_above_the_limit_is_refused_unread() throws Exception {
    ClassifyRequest request =
        ClassifyRequest.newBuilder().addImages(message(1, 3 * MIB).getImage()).build();
    assertThatThrownBy(() -> CascadeServiceGrpc.newBlockingStub(channel).classify(request))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    awaitHeld(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  void a_message_of_too_many_fields_is_refused_before_it_is_decoded(String compressor)
      throws Exception {
    ClassifyRequest.Builder images = ClassifyRequest.newBuilder();
    for (int i = 0; i < 5001; i++) {
      images.addImages(Image.getDefaultInstance());
    }
    ClassifyRequest.Builder numbers = ClassifyRequest.newBuilder();
    for (int i = 0; i < 5000; i++) {
      numbers.addImagesBuilder().getTensorBuilder().addShape(1);
    }
    for (ClassifyRequest request : List.of(images.build(), numbers.build())) {
      assertThatThrownBy(
              () ->
                  CascadeServiceGrpc.newBlockingStub(channel)
                      .withCompression(compressor)
                      .classify(request))
          .hasMessage(
              "INVALID_ARGUMENT: message: more than 5000 fields (expected: at most as many)");
    }
    awaitHeld(0);
  }

  @Test
  void a_message_that_stops_arriving_is_cut_off() throws Exception {
    stop();
    start(Duration.ofMillis(200));
    try (RawHttp2 client = new RawHttp2(server.getPort())) {
      client.openCall(1, STREAM_METHOD);
      client.data(1, ByteBuffer.allocate(1000).put((byte) 0).putInt(MIB).array());
      while (budget.heldBytes() != MIB) {
        Thread.sleep(1);
      }
      byte[] reset = client.awaitFrame(RawHttp2.RST_STREAM, 1);
      assertThat(Arrays.copyOfRange(reset, 0, 4)).containsExactly(0, 0, 0, 0xb);
      awaitHeld(0);
    }
  }

  @Test
  void bytes_that_are_no_message_are_the_callers_fault() throws Exception {
    try (RawHttp2 client = new RawHttp2(server.getPort())) {
      client.openCall(1, STREAM_METHOD);
      client.data(1, ByteBuffer.allocate(5 + 6000).put((byte) 0).putInt(6000).array());
      assertThat(client.awaitFrame(RawHttp2.HEADERS, 1)).isNotEmpty();
      awaitHeld(0);
    }
    assertThat(kept).isEmpty();
  }

  @Test
  void a_prefix_in_pieces_is_put_together() throws Exception {
    byte[] message = message(3, 5000).toByteArray();
    byte[] framed =
        ByteBuffer.allocate(5 + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array();
    try (RawHttp2 client = new RawHttp2(server.getPort())) {
      client.openCall(1, STREAM_METHOD);
      for (int i = 0; i < 7; i++) {
        client.data(1, new byte[] {framed[i]});
      }
      client.data(1, Arrays.copyOfRange(framed, 7, framed.length));
      assertThat(kept.take().message().getId()).isEqualTo("3");
    }
  }
}
