package ai.dvt.server;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What a client hears on a stream.
 *
 * @param <Q> the request message
 * @param <R> the response message
 */
final class Answers<Q, R> implements ClientResponseObserver<Q, R> {
  private final boolean reading;
  private final BlockingQueue<R> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<Status> end = new LinkedBlockingQueue<>();
  private ClientCallStreamObserver<Q> call;

  /**
   * @param reading whether the client reads at all
   */
  Answers(boolean reading) {
    this.reading = reading;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> call) {
    this.call = call;
    if (!reading) {
      call.disableAutoRequestWithInitial(0);
    }
  }

  ClientCallStreamObserver<Q> call() {
    return call;
  }

  R next() throws InterruptedException {
    return messages.take();
  }

  /** What was heard and not taken. */
  int heard() {
    return messages.size();
  }

  Status end() throws InterruptedException {
    return end.take();
  }

  @Override
  public void onNext(R message) {
    messages.add(message);
  }

  @Override
  public void onError(Throwable cause) {
    end.add(Status.fromThrowable(cause));
  }

  @Override
  public void onCompleted() {
    end.add(Status.OK);
  }
}
