package ai.dvt.client;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.DescribeModelRequest;
import ai.dvt.cascade.v1.ListModelsRequest;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ClassifyReply;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.ModelStatus;
import ai.dvt.client.call.Picture;
import ai.dvt.client.message.Replies;
import ai.dvt.client.message.Requests;
import ai.dvt.client.stream.CascadeStream;
import ai.dvt.client.stream.ClassifyStream;
import ai.dvt.client.stream.ExitSteering;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Classifies pictures on a server by cascades that stop at the first exit that is confident enough.
 * Safe for use by several threads; owns its connection until {@link #close}.
 *
 * <p>Blocking methods throw {@link CascadeClientException}; futures fail with it. Cancelling a
 * future cancels its call on the server.
 */
public final class CascadeClient implements AutoCloseable {
  /** Limit of a message from the server, bytes. */
  public static final int MAX_INBOUND_MESSAGE_BYTES = 64 << 20;

  /** Images on the way in a stream unless told otherwise. */
  public static final int DEFAULT_ON_THE_WAY = 256;

  /**
   * Images on the way in a client-driven stream unless told otherwise: the server keeps what each
   * hands over, up to megabytes, until its caller decides.
   */
  public static final int DEFAULT_CLIENT_DRIVEN = 32;

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final ManagedChannel channel;
  private final Duration deadline;
  private final boolean waitForReady;

  CascadeClient(ManagedChannel channel, Duration deadline, boolean waitForReady) {
    this.channel = channel;
    this.deadline = deadline;
    this.waitForReady = waitForReady;
  }

  /**
   * A client of a server, with plaintext and the default deadline. Connects at the first call.
   *
   * @param target {@code host:port}, several by commas, or {@code dns:///host:port}
   * @throws IllegalArgumentException if the target is not of this form
   */
  public static CascadeClient connect(String target) {
    return builder(target).build();
  }

  /**
   * A client to be configured.
   *
   * @param target {@code host:port}, several by commas, or {@code dns:///host:port}
   * @throws IllegalArgumentException if the target is not of this form
   */
  public static CascadeClientBuilder builder(String target) {
    return new CascadeClientBuilder(target);
  }

  /** A client over a channel, which it owns from now on. */
  public static CascadeClient over(ManagedChannel channel) {
    return new CascadeClient(channel, CascadeClientBuilder.DEFAULT_DEADLINE, false);
  }

  /** Classifies one picture. */
  public ImageResult classify(Picture picture, ClassifyOptions options) {
    return classify(List.of(picture), options).results().get(0);
  }

  /** Classifies one or more pictures in one request; a bad picture fails alone. */
  public ClassifyReply classify(List<Picture> pictures, ClassifyOptions options) {
    return UnaryCall.await(classifyAsync(pictures, options));
  }

  /** As {@link #classify(List, ClassifyOptions)}, without waiting. */
  public CompletableFuture<ClassifyReply> classifyAsync(
      List<Picture> pictures, ClassifyOptions options) {
    return UnaryCall.start(
        call(CascadeServiceGrpc.getClassifyMethod(), options.deadline().or(this::unaryDeadline)),
        Requests.classify(pictures, options),
        reply -> Replies.classify(reply, pictures.size()));
  }

  /** Opens a stream of images in which the server decides; {@link #DEFAULT_ON_THE_WAY}. */
  public ClassifyStream stream(ClassifyOptions options) {
    return stream(options, DEFAULT_ON_THE_WAY);
  }

  /**
   * Opens a stream of images in which the server decides.
   *
   * @param maxOnTheWay images submitted and not yet answered, at most
   */
  public ClassifyStream stream(ClassifyOptions options, int maxOnTheWay) {
    return ClassifyStream.open(channel(), callOptions(options.deadline()), options, maxOnTheWay);
  }

  /**
   * Opens a stream of images in which {@code steering} decides after every exit; {@link
   * #DEFAULT_CLIENT_DRIVEN}.
   *
   * @param options without a policy
   */
  public CascadeStream cascade(ClassifyOptions options, ExitSteering steering) {
    return cascade(options, DEFAULT_CLIENT_DRIVEN, steering);
  }

  /**
   * Opens a stream of images in which {@code steering} decides after every exit.
   *
   * @param options without a policy
   * @param maxOnTheWay images submitted and not yet answered, at most
   */
  public CascadeStream cascade(ClassifyOptions options, int maxOnTheWay, ExitSteering steering) {
    return CascadeStream.open(
        channel(), callOptions(options.deadline()), options, maxOnTheWay, steering);
  }

  /**
   * Opens a stream of images in which the policy is evaluated here, after every exit. Asks the
   * server for the model first.
   *
   * @param options without a policy
   * @throws ContractException if the policy does not fit the cascade
   */
  public CascadeStream cascade(ClassifyOptions options, ExitPolicy policy) {
    return cascade(options, ExitSteering.by(describe(options.model()).bind(policy)));
  }

  /** All models of the server, also those that are not ready. */
  public List<ModelStatus> models() {
    return UnaryCall.await(
        UnaryCall.start(
            call(CascadeServiceGrpc.getListModelsMethod(), unaryDeadline()),
            ListModelsRequest.getDefaultInstance(),
            Replies::models));
  }

  /** A model's latest version. */
  public ModelDescription describe(String model) {
    return describe(ModelId.latest(model));
  }

  /** A model's stages, costs, operating points, labels and input. */
  public ModelDescription describe(ModelId model) {
    return UnaryCall.await(
        UnaryCall.start(
            call(CascadeServiceGrpc.getDescribeModelMethod(), unaryDeadline()),
            DescribeModelRequest.newBuilder().setModel(Requests.model(model)).build(),
            Replies::description));
  }

  private Optional<Duration> unaryDeadline() {
    return Optional.of(deadline);
  }

  private <Q, R> ClientCall<Q, R> call(
      MethodDescriptor<Q, R> method, Optional<Duration> callDeadline) {
    return channel().newCall(method, callOptions(callDeadline));
  }

  private ManagedChannel channel() {
    if (channel.isShutdown()) {
      throw new IllegalStateException("client: closed (expected: used before close)");
    }
    return channel;
  }

  private CallOptions callOptions(Optional<Duration> callDeadline) {
    CallOptions limited = CallOptions.DEFAULT.withMaxInboundMessageSize(MAX_INBOUND_MESSAGE_BYTES);
    CallOptions options = waitForReady ? limited.withWaitForReady() : limited;
    return callDeadline
        .map(d -> options.withDeadlineAfter(d.toNanos(), TimeUnit.NANOSECONDS))
        .orElse(options);
  }

  /** Ends the connection; calls under way are cancelled after five seconds. */
  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
