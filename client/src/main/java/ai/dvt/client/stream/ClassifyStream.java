package ai.dvt.client.stream;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import ai.dvt.client.message.Replies;
import ai.dvt.client.message.Requests;
import io.grpc.CallOptions;
import io.grpc.Channel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Classifies many images in one call; answers come as images exit, in any order. Safe for use by
 * several threads.
 *
 * <p>Continuations of the futures run on the stream's thread: while they run no other answer is
 * taken in, which slows the server down. They must not wait for the stream ({@link #submit}, {@link
 * #close}).
 *
 * <p>A cancelled future gives up its answer; the image still takes its place until the server is
 * done with it.
 */
public final class ClassifyStream implements AutoCloseable {
  private final ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> call;
  private final ClassifyOptions options;

  private ClassifyStream(
      ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> call, ClassifyOptions options) {
    this.call = call;
    this.options = options;
  }

  /**
   * Opens a stream.
   *
   * @param maxOnTheWay images submitted and not yet answered, at most
   */
  public static ClassifyStream open(
      Channel channel, CallOptions callOptions, ClassifyOptions options, int maxOnTheWay) {
    return new ClassifyStream(
        ImageCall.start(
            channel.newCall(CascadeServiceGrpc.getClassifyStreamMethod(), callOptions),
            maxOnTheWay,
            ClassifyStream::answered),
        options);
  }

  private static void answered(
      ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> call,
      ClassifyStreamResponse response) {
    call.finish(
        response.getId(),
        future -> {
          try {
            return future.complete(Replies.result(response.getResult()));
          } catch (CascadeClientException e) {
            return future.completeExceptionally(e);
          }
        });
  }

  /**
   * Submits an image; waits while the transport is busy or too many images are on the way.
   *
   * @param id unique among the images on the way
   * @return the image's result; fails with {@link CascadeClientException} if the stream breaks
   * @throws IllegalArgumentException if the id is empty or on the way
   * @throws IllegalStateException after {@link #close}
   * @throws CascadeClientException CANCELLED if interrupted
   */
  public CompletableFuture<ImageResult> submit(String id, Picture picture) {
    return submit(id, picture, true).orElseThrow();
  }

  /** As {@link #submit}, but empty instead of waiting. */
  public Optional<CompletableFuture<ImageResult>> trySubmit(String id, Picture picture) {
    return submit(id, picture, false);
  }

  private Optional<CompletableFuture<ImageResult>> submit(
      String id, Picture picture, boolean wait) {
    return call.submit(id, wait, first -> Requests.streamed(id, picture, options, first));
  }

  /** Whether {@link #submit} would not wait now. */
  public boolean ready() {
    return call.ready();
  }

  /** Ends the stream at once; images on the way fail with CANCELLED. */
  public void cancel() {
    call.cancel("cancelled by the caller");
  }

  /** Accepts no more images and waits until those on the way are answered. */
  @Override
  public void close() {
    call.close();
  }
}
