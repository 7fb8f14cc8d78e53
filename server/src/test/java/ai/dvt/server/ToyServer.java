package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.Tensor;
import ai.dvt.server.config.CallLimits;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyHandover;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/** A whole server with the toy cascade, and a client's channel to it, on loopback. */
final class ToyServer implements AutoCloseable {
  static final ModelRef TOY = ModelRef.newBuilder().setName("toy").build();

  final CascadeServer server;
  final ManagedChannel channel;

  private ToyServer(CascadeServer server) {
    this.server = server;
    channel = open();
  }

  /** A channel to a server that is closed with it. */
  static ToyServer around(CascadeServer server) {
    return new ToyServer(server);
  }

  static ToyServer start(Path models) throws ServerException {
    return start(config(models));
  }

  static ToyServer start(ServerConfig config) throws ServerException {
    return around(CascadeServer.start(config));
  }

  /** One version of the toy, few workers, a free port, otherwise as by default. */
  static ServerConfig config(Path models) {
    ToyCascade.write(models.resolve("toy").resolve("1"), "toy");
    return new ServerConfig(
            models,
            Defaults.HOST,
            0,
            new EngineLimits(2, 4, Duration.ZERO, 64 << 20),
            Defaults.calls(),
            Defaults.connections(),
            Duration.ofSeconds(20))
        .with(ToyHandover.PROVIDERS);
  }

  static ServerConfig with(ServerConfig config, EngineLimits engine, CallLimits calls) {
    return new ServerConfig(
            config.models(),
            config.host(),
            config.port(),
            engine,
            calls,
            config.connections(),
            config.drainTimeout())
        .with(config.providers());
  }

  /** Room for this many toy images. */
  static EngineLimits room(int images) {
    return new EngineLimits(2, 4, Duration.ZERO, images * footprint());
  }

  /** What a float32 toy picture reserves: itself, and b, c, d and a between stages 1 and 2. */
  static long footprint() {
    return 12 * 4 + (12 + 4) * 4 + 2 * 8 + ToyHandover.pictureBytes();
  }

  static CallLimits calls(int imagesPerStream, long clientDrivenBytes, Duration idleLimit) {
    CallLimits calls = Defaults.calls();
    return new CallLimits(
        calls.maxMessageBytes(),
        calls.maxInflightRequestBytes(),
        calls.messageTimeout(),
        calls.imagesPerRequest(),
        imagesPerStream,
        clientDrivenBytes,
        idleLimit);
  }

  ManagedChannel open() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  CascadeServiceGrpc.CascadeServiceBlockingStub stub() {
    return CascadeServiceGrpc.newBlockingStub(channel);
  }

  CascadeServiceGrpc.CascadeServiceStub async() {
    return CascadeServiceGrpc.newStub(channel);
  }

  /** A normalised picture, sure of its label from an exit on. */
  static Image picture(int exit, int label) {
    return tensor(ToyCascade.picture(exit, label, new Random(exit * 10L + label)));
  }

  static Image tensor(float[] values) {
    return tensor(values, 3, 2, 2);
  }

  static Image tensor(float[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return tensor(DataType.DATA_TYPE_FLOAT32, bytes.array(), shape);
  }

  static Image tensor(DataType type, byte[] data, long... shape) {
    Tensor.Builder tensor =
        Tensor.newBuilder().setDataType(type).setData(ByteString.copyFrom(data));
    for (long dimension : shape) {
      tensor.addShape(dimension);
    }
    return Image.newBuilder().setTensor(tensor).build();
  }

  /** Waits until nothing is on the way in the server. */
  void awaitEmpty() throws InterruptedException {
    while (server.admittedBytes() > 0
        || server.inflightRequestBytes() > 0
        || server.openTensors() > 0) {
      Thread.sleep(1);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    assertThat(server.admittedBytes()).isZero();
    assertThat(server.openTensors()).isZero();
  }
}
