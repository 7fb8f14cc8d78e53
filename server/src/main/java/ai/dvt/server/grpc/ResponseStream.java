package ai.dvt.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * The answers of one call, from many threads: one at a time, and none after the end.
 *
 * @param <R> the response message
 */
public final class ResponseStream<R> {
  private final ServerCallStreamObserver<R> observer;
  private boolean ended;

  private ResponseStream(ServerCallStreamObserver<R> observer) {
    this.observer = observer;
  }

  /** The answers of a call whose one message came already. */
  public static <R> ResponseStream<R> of(StreamObserver<R> observer) {
    return new ResponseStream<>((ServerCallStreamObserver<R>) observer);
  }

  /** The answers of a call whose messages come when {@link #requestOne} asks for them. */
  public static <R> ResponseStream<R> reading(StreamObserver<R> observer) {
    ServerCallStreamObserver<R> server = (ServerCallStreamObserver<R>) observer;
    server.disableAutoRequest();
    return new ResponseStream<>(server);
  }

  /** Tells a call of what the client does. Within gRPC's own call. */
  void tell(ImageCall call) {
    observer.setOnReadyHandler(call::ready);
    observer.setOnCancelHandler(call::cancel);
  }

  public synchronized void send(R response) {
    if (!ended && !observer.isCancelled()) {
      observer.onNext(response);
    }
  }

  /** Whether the client reads as fast as it is answered. */
  public synchronized boolean isReady() {
    return !ended && observer.isReady();
  }

  /** Asks for the client's next message. */
  public synchronized void requestOne() {
    if (!ended && !observer.isCancelled()) {
      observer.request(1);
    }
  }

  /** Ends the call well. */
  public synchronized void complete() {
    if (!ended) {
      ended = true;
      if (!observer.isCancelled()) {
        observer.onCompleted();
      }
    }
  }

  /** Ends the call with an error. */
  public synchronized void fail(Throwable cause) {
    if (!ended) {
      ended = true;
      if (!observer.isCancelled()) {
        observer.onError(Statuses.asException(cause));
      }
    }
  }

  /** The client went away. */
  public synchronized void abandon() {
    ended = true;
  }
}
