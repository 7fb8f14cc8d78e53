package ai.dvt.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;

/**
 * The answers of one call, from many threads: one at a time, and none after the end.
 *
 * @param <R> the response message
 */
public final class ResponseStream<R> {
  private final ServerCallStreamObserver<R> observer;
  private boolean ended;

  public ResponseStream(ServerCallStreamObserver<R> observer) {
    this.observer = observer;
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
