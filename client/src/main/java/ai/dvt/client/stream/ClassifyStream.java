package ai.dvt.client.stream;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Classifies many images in one call; answers come as images exit, in any order. Safe for use by
 * several threads.
 *
 * <p>If the server goes away or shuts down, the images it did not answer are sent again in a new
 * call, up to five times each; every image is answered once.
 *
 * <p>Continuations of the futures run on the stream's thread: while they run no other answer is
 * taken in, which slows the server down. They must not wait for the stream ({@link #submit}, {@link
 * #close}).
 *
 * <p>A cancelled future gives up its answer; the image still takes its place until the server is
 * done with it.
 */
public final class ClassifyStream implements AutoCloseable {
  private static final int ATTEMPTS = 5;
  private static final long FIRST_PAUSE_MILLIS = 50;

  /** An image from its submission to its answer. */
  private record Image(String id, Picture picture, CompletableFuture<ImageResult> result) {}

  private final Channel channel;
  private final CallOptions callOptions;
  private final ClassifyOptions options;
  private final int maxOnTheWay;
  private final Map<String, Image> images = new ConcurrentHashMap<>();
  private final ScheduledExecutorService resending =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "classify-stream-resending");
            thread.setDaemon(true);
            return thread;
          });
  private ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> call;
  private boolean closing;
  private boolean over;

  private ClassifyStream(
      Channel channel, CallOptions callOptions, ClassifyOptions options, int maxOnTheWay) {
    this.channel = channel;
    this.callOptions = callOptions;
    this.options = options;
    this.maxOnTheWay = maxOnTheWay;
    this.call = start();
  }

  /**
   * Opens a stream.
   *
   * @param maxOnTheWay images submitted and not yet answered, at most
   */
  public static ClassifyStream open(
      Channel channel, CallOptions callOptions, ClassifyOptions options, int maxOnTheWay) {
    return new ClassifyStream(channel, callOptions, options, maxOnTheWay);
  }

  private ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> start() {
    return ImageCall.start(
        channel.newCall(CascadeServiceGrpc.getClassifyStreamMethod(), callOptions),
        maxOnTheWay,
        ClassifyStream::answered);
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
   * @return the image's result; fails with {@link CascadeClientException} if the stream breaks and
   *     no other can be had
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
    synchronized (this) {
      if (closing) {
        throw new IllegalStateException("stream: closed (expected: submitted before close)");
      }
    }
    Image image = new Image(id, picture, new CompletableFuture<>());
    if (images.putIfAbsent(id, image) != null) {
      throw new IllegalArgumentException(
          "id: \"" + id + "\" is on the way (expected: unique among the images on the way)");
    }
    boolean sent = false;
    try {
      sent = send(image, wait, 1);
    } finally {
      if (!sent) {
        images.remove(id);
      }
    }
    return sent ? Optional.of(image.result()) : Optional.empty();
  }

  private boolean send(Image image, boolean wait, int attempt) {
    while (true) {
      var now = current();
      Optional<CompletableFuture<ImageResult>> sent;
      try {
        sent =
            now.submit(
                image.id(),
                wait,
                first -> Requests.streamed(image.id(), image.picture(), options, first));
      } catch (IllegalStateException closed) {
        if (current() == now) {
          throw closed;
        }
        continue; // another image found its server gone meanwhile: the new call takes this one
      }
      sent.ifPresent(
          result ->
              result.whenComplete(
                  (answer, failure) -> settle(image, now, attempt, answer, failure)));
      return sent.isPresent();
    }
  }

  private synchronized ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> current() {
    return call;
  }

  private void settle(
      Image image,
      ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> from,
      int attempt,
      ImageResult answer,
      Throwable failure) {
    if (attempt < ATTEMPTS && !image.result().isDone() && lost(answer, failure)) {
      try {
        resending.schedule(
            () -> resend(image, from, attempt + 1),
            FIRST_PAUSE_MILLIS << (attempt - 1),
            TimeUnit.MILLISECONDS);
        return;
      } catch (RejectedExecutionException e) {
        // Cancelled meanwhile: it ends as it is.
        image.result().completeExceptionally(cancelled());
      }
    }
    images.remove(image.id());
    if (failure == null) {
      image.result().complete(answer);
    } else {
      image.result().completeExceptionally(failure);
    }
    synchronized (this) {
      notifyAll();
    }
  }

  /** Whether the server went away or will not take the image, and another one may. */
  private static boolean lost(ImageResult answer, Throwable failure) {
    if (failure instanceof CascadeClientException broken) {
      return broken.failure().code() == Status.Code.UNAVAILABLE;
    }
    return answer instanceof ImageResult.Failed refused
        && refused.failure().code() == Status.Code.UNAVAILABLE;
  }

  private void resend(
      Image image, ImageCall<ClassifyStreamRequest, ClassifyStreamResponse> from, int attempt) {
    synchronized (this) {
      if (call == from && !over) {
        call = start();
        Thread leaving = new Thread(from::close, "classify-stream-leaving");
        leaving.setDaemon(true);
        leaving.start();
      }
    }
    try {
      send(image, true, attempt);
    } catch (RuntimeException e) {
      settle(image, from, ATTEMPTS, null, e);
    }
  }

  /** Whether {@link #submit} would not wait now. */
  public boolean ready() {
    return current().ready();
  }

  private static CascadeClientException cancelled() {
    return new CascadeClientException(Failure.of(Status.Code.CANCELLED, "cancelled by the caller"));
  }

  /** Ends the stream at once; images on the way fail with CANCELLED. */
  public void cancel() {
    synchronized (this) {
      over = true;
    }
    resending.shutdownNow();
    images.values().forEach(image -> image.result().completeExceptionally(cancelled()));
    images.clear();
    current().cancel("cancelled by the caller");
    synchronized (this) {
      notifyAll();
    }
  }

  /** Accepts no more images and waits until those on the way are answered. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      while (!images.isEmpty() && !over) {
        try {
          wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
    }
    if (Thread.currentThread().isInterrupted()) {
      cancel();
    }
    resending.shutdownNow();
    current().close();
  }
}
