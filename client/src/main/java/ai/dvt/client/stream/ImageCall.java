package ai.dvt.client.stream;

import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.Failure;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.message.Failures;
import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * One bidirectional call over many images: waits for room, sends one message at a time, knows the
 * images on the way and ends them all when the call ends. Futures are completed outside the lock.
 *
 * @param <Q> the request message
 * @param <R> the response message
 */
final class ImageCall<Q, R> {
  /** Builds the message that starts an image; told whether it is the stream's first. */
  interface Start<Q> {
    Q message(boolean first);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, CompletableFuture<ImageResult>> onTheWay = new HashMap<>();
  private final int maxOnTheWay;
  private ClientCallStreamObserver<Q> requests;
  private boolean started;
  private boolean closed;
  private Failure ended;

  private final BinaryOperator<String> closing;

  /**
   * @param closing what to say of an image when the call ends, from its id and the call's message
   */
  private ImageCall(int maxOnTheWay, BinaryOperator<String> closing) {
    this.closing = closing;
    if (maxOnTheWay < 1) {
      throw new IllegalArgumentException("maxOnTheWay: " + maxOnTheWay + " (expected: >= 1)");
    }
    this.maxOnTheWay = maxOnTheWay;
  }

  /** Starts the call; {@code onResponse} hears every response on the call's thread. */
  static <Q, R> ImageCall<Q, R> start(
      ClientCall<Q, R> call, int maxOnTheWay, BiConsumer<ImageCall<Q, R>, R> onResponse) {
    return start(call, maxOnTheWay, onResponse, (id, message) -> message);
  }

  /** As above, with words of its own for the images that the call's end leaves unanswered. */
  static <Q, R> ImageCall<Q, R> start(
      ClientCall<Q, R> call,
      int maxOnTheWay,
      BiConsumer<ImageCall<Q, R>, R> onResponse,
      BinaryOperator<String> closing) {
    ImageCall<Q, R> images = new ImageCall<>(maxOnTheWay, closing);
    ClientCalls.asyncBidiStreamingCall(call, images.observer(onResponse));
    return images;
  }

  private ClientResponseObserver<Q, R> observer(BiConsumer<ImageCall<Q, R>, R> onResponse) {
    return new ClientResponseObserver<>() {
      @Override
      public void beforeStart(ClientCallStreamObserver<Q> stream) {
        requests = stream;
        stream.setOnReadyHandler(() -> signal());
      }

      @Override
      public void onNext(R response) {
        onResponse.accept(ImageCall.this, response);
      }

      @Override
      public void onError(Throwable end) {
        ended(Failures.exception(end).failure());
      }

      @Override
      public void onCompleted() {
        ended(Failure.of(Status.Code.INTERNAL, "the server ended the stream without an answer"));
      }
    };
  }

  /**
   * Starts an image.
   *
   * @param wait whether to wait for room; otherwise empty when there is none
   */
  Optional<CompletableFuture<ImageResult>> submit(String id, boolean wait, Start<Q> start) {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("id: \"\" (expected: not empty)");
    }
    lock.lock();
    try {
      checkAcceptable(id);
      while (ended == null && (!requests.isReady() || onTheWay.size() >= maxOnTheWay)) {
        if (!wait) {
          return Optional.empty();
        }
        await();
        checkAcceptable(id);
      }
      if (ended != null) {
        return Optional.of(CompletableFuture.failedFuture(new CascadeClientException(ended)));
      }
      Q message = start.message(!started);
      CompletableFuture<ImageResult> result = new CompletableFuture<>();
      onTheWay.put(id, result);
      started = true;
      requests.onNext(message);
      return Optional.of(result);
    } finally {
      lock.unlock();
    }
  }

  private void checkAcceptable(String id) {
    if (closed) {
      throw new IllegalStateException("stream: closed (expected: submitted before close)");
    }
    if (onTheWay.containsKey(id)) {
      throw new IllegalArgumentException(
          "id: \"" + id + "\" is on the way (expected: unique among the images on the way)");
    }
  }

  private void await() {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CascadeClientException(
          Failure.of(Status.Code.CANCELLED, "interrupted while waiting for room in the stream"), e);
    }
  }

  /** Sends a message about an image on the way, without waiting; nothing after the call's end. */
  void send(Q message) {
    lock.lock();
    try {
      if (ended == null) {
        requests.onNext(message);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The future of an image on the way. */
  Optional<CompletableFuture<ImageResult>> waiting(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(onTheWay.get(id));
    } finally {
      lock.unlock();
    }
  }

  /** The image is done: there is room for another one. */
  void finish(String id, Function<CompletableFuture<ImageResult>, Boolean> completion) {
    CompletableFuture<ImageResult> result;
    lock.lock();
    try {
      result = onTheWay.remove(id);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (result == null) {
      cancel("the server answered for id \"" + id + "\", which is not on the way");
    } else {
      completion.apply(result);
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void ended(Failure failure) {
    Map<String, CompletableFuture<ImageResult>> unanswered;
    lock.lock();
    try {
      if (ended != null) {
        return;
      }
      ended = failure;
      unanswered = Map.copyOf(onTheWay);
      onTheWay.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    unanswered.forEach(
        (id, result) ->
            result.completeExceptionally(
                new CascadeClientException(
                    new Failure(
                        failure.code(),
                        closing.apply(id, failure.message()),
                        failure.violations(),
                        failure.retryDelay()))));
  }

  /** Whether an image could be submitted now without waiting. */
  boolean ready() {
    lock.lock();
    try {
      return !closed && ended == null && requests.isReady() && onTheWay.size() < maxOnTheWay;
    } finally {
      lock.unlock();
    }
  }

  /** Accepts no more images, waits until those on the way are answered, ends the call. */
  void close() {
    try {
      awaitEnd();
    } catch (CascadeClientException interrupted) {
      cancel("interrupted while closing");
    }
  }

  private void awaitEnd() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      while (ended == null && !onTheWay.isEmpty()) {
        await();
      }
      if (ended == null) {
        requests.onCompleted();
      }
      while (ended == null) {
        await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the call at once; images on the way fail with CANCELLED. */
  void cancel(String why) {
    ended(Failure.of(Status.Code.CANCELLED, why));
    requests.cancel(why, null);
  }
}
