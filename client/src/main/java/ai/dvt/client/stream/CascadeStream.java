package ai.dvt.client.stream;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.ExitReached;
import ai.dvt.cascade.wire.Answers;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.Failure;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import ai.dvt.client.message.Replies;
import ai.dvt.client.message.Requests;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Classifies many images in one call and decides on the caller's side, after every exit, whether an
 * image goes on. Safe for use by several threads.
 *
 * <p>Continuations of the futures and the steering run on the stream's thread and must not wait for
 * the stream. A cancelled future stops its image at the next exit.
 */
public final class CascadeStream implements AutoCloseable {
  private record Steered(ExitSteering steering, long submittedNanos, int exitsSeen) {
    Steered seen(int exit) {
      return new Steered(steering, submittedNanos, exit);
    }
  }

  private final ClassifyOptions options;
  private final ExitSteering steering;
  private final Map<String, Steered> steered = new ConcurrentHashMap<>();
  private final ImageCall<CascadeRequest, CascadeResponse> call;

  private CascadeStream(
      Channel channel,
      CallOptions callOptions,
      ClassifyOptions options,
      int maxOnTheWay,
      ExitSteering steering) {
    this.options = options;
    this.steering = steering;
    this.call =
        ImageCall.start(
            channel.newCall(CascadeServiceGrpc.getCascadeMethod(), callOptions),
            maxOnTheWay,
            this::received,
            this::unanswered);
  }

  /**
   * Opens a stream.
   *
   * @param options without a policy: the steering decides
   * @param maxOnTheWay images submitted and not yet answered, at most
   * @param steering decides for images submitted without their own
   */
  public static CascadeStream open(
      Channel channel,
      CallOptions callOptions,
      ClassifyOptions options,
      int maxOnTheWay,
      ExitSteering steering) {
    if (options.policy().isPresent()) {
      throw new IllegalArgumentException(
          "policy: "
              + options.policy().get()
              + " (expected: none for the server where the client decides)");
    }
    return new CascadeStream(channel, callOptions, options, maxOnTheWay, steering);
  }

  /**
   * Submits an image under the stream's steering; waits while the transport is busy or too many
   * images are on the way.
   *
   * @param id unique among the images on the way
   * @return the image's result; fails with {@link CascadeClientException} if the stream breaks
   * @throws IllegalArgumentException if the id is empty or on the way
   * @throws IllegalStateException after {@link #close}
   * @throws CascadeClientException CANCELLED if interrupted
   */
  public CompletableFuture<ImageResult> submit(String id, Picture picture) {
    return submit(id, picture, steering);
  }

  /** As {@link #submit(String, Picture)}, with this image's own steering. */
  public CompletableFuture<ImageResult> submit(
      String id, Picture picture, ExitSteering imageSteering) {
    return submit(id, picture, imageSteering, true).orElseThrow();
  }

  /** As {@link #submit(String, Picture)}, but empty instead of waiting. */
  public Optional<CompletableFuture<ImageResult>> trySubmit(String id, Picture picture) {
    return submit(id, picture, steering, false);
  }

  private Optional<CompletableFuture<ImageResult>> submit(
      String id, Picture picture, ExitSteering imageSteering, boolean wait) {
    return call.submit(
        id,
        wait,
        first -> {
          CascadeRequest start = Requests.start(id, picture, options);
          steered.put(id, new Steered(imageSteering, System.nanoTime(), 0));
          return start;
        });
  }

  /** A client-driven image cannot be taken up elsewhere: says how far it came. */
  private String unanswered(String id, String message) {
    Steered image = steered.remove(id);
    int seen = image == null ? 0 : image.exitsSeen();
    return message
        + (seen == 0
            ? "; no exit was seen"
            : seen == 1 ? "; exit 1 was seen" : "; exits 1 to " + seen + " were seen");
  }

  private void received(
      ImageCall<CascadeRequest, CascadeResponse> stream, CascadeResponse response) {
    String id = response.getId();
    switch (response.getEventCase()) {
      case REACHED -> reached(stream, id, response.getReached());
      case RESULT -> finish(stream, id, () -> Replies.result(response.getResult()));
      case EVENT_NOT_SET ->
          finish(
              stream,
              id,
              () -> {
                throw new CascadeClientException(
                    Failure.of(
                        Status.Code.INTERNAL,
                        "the server's reply: event: not set (expected: an exit or a result)"));
              });
    }
  }

  private void finish(
      ImageCall<CascadeRequest, CascadeResponse> stream, String id, Supplier<ImageResult> reading) {
    steered.remove(id);
    stream.finish(
        id,
        future -> {
          try {
            return future.complete(reading.get());
          } catch (CascadeClientException e) {
            return future.completeExceptionally(e);
          }
        });
  }

  private void reached(
      ImageCall<CascadeRequest, CascadeResponse> stream, String id, ExitReached message) {
    Optional<CompletableFuture<ImageResult>> waiting = stream.waiting(id);
    Steered image = steered.get(id);
    if (waiting.isEmpty() || image == null) {
      stream.cancel("the server asked for id \"" + id + "\", which is not on the way");
      return;
    }
    steered.put(id, image.seen(message.getOutcome().getExit()));
    boolean goesOn = false;
    if (!waiting.get().isDone()) {
      try {
        goesOn = image.steering().goesOn(read(id, message, image));
      } catch (RuntimeException e) {
        waiting.get().completeExceptionally(e);
      }
    }
    stream.send(Requests.step(id, goesOn && !waiting.get().isDone()));
  }

  private static ReachedExit read(String id, ExitReached message, Steered image) {
    return Replies.checked(
        () ->
            new ReachedExit(
                id,
                Answers.fromMessage(message.getOutcome()),
                message.getLabelsList().stream().map(Answers::fromMessage).toList(),
                message.getGflops(),
                message.getNextGflops(),
                Duration.ofNanos(System.nanoTime() - image.submittedNanos())));
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
