package ai.dvt.server.grpc;

import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One bidirectional stream of images: which are on the way, and how the stream ends. A subclass's
 * own state is guarded by this object's lock too.
 *
 * @param <Q> the client's messages
 * @param <R> the server's messages
 */
abstract class ImageStreamCall<Q, R> implements StreamObserver<Q>, ImageCall {
  final ResponseStream<R> responses;
  private final OpenCalls openCalls;
  private final Map<String, ImageWork> onTheWay = new HashMap<>();
  private boolean reading;
  private boolean clientDone;
  private boolean over;

  ImageStreamCall(OpenCalls openCalls, ResponseStream<R> responses) {
    this.openCalls = openCalls;
    this.responses = responses;
  }

  @Override
  public void begin() {
    read();
  }

  @Override
  public void ready() {
    read();
  }

  /** Asks for the next message if it can be taken. */
  synchronized void read() {
    if (!over && !reading && !clientDone && responses.isReady() && hasPlace(onTheWay.size())) {
      reading = true;
      responses.requestOne();
    }
  }

  /** Whether another message may be read, with so many images on the way; called under the lock. */
  abstract boolean hasPlace(int images);

  /** The message asked for has been taken. */
  final synchronized void taken() {
    reading = false;
  }

  /**
   * Counts an image as on the way.
   *
   * @param footprint bytes that it keeps alive at most
   * @throws RequestException if the stream has ended or the id is taken
   */
  final synchronized void begin(String id, ImageWork work, long footprint) throws RequestException {
    if (over) {
      throw RequestException.unavailable("the stream has ended");
    }
    if (onTheWay.containsKey(id)) {
      throw RequestException.invalid(
          "id", '"' + id + '"', "unique among the images on the way in this stream");
    }
    admit(onTheWay.size(), footprint);
    onTheWay.put(id, work);
  }

  /** The subclass's own conditions for one image more; called under the lock. */
  abstract void admit(int images, long footprint) throws RequestException;

  /** The image of that id, or null; called under the lock. */
  final ImageWork onTheWay(String id) {
    return onTheWay.get(id);
  }

  /**
   * Forgets an image together with its answer: nobody may see the one gone and the other unsent.
   */
  final synchronized void finish(String id, R answer) {
    onTheWay.remove(id);
    responses.send(answer);
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      clientDone = true;
    }
    completeIfDone();
  }

  @Override
  public void onError(Throwable cancelled) {
    cancel();
  }

  @Override
  public void cancel() {
    responses.abandon();
    leave();
  }

  @Override
  public void end(Throwable why) {
    responses.fail(why);
    leave();
  }

  /** Ends the stream once the client said its last and every image is answered. */
  final void completeIfDone() {
    synchronized (this) {
      if (over || !clientDone || !onTheWay.isEmpty()) {
        return;
      }
    }
    responses.complete();
    leave();
  }

  private void leave() {
    List<ImageWork> works;
    synchronized (this) {
      over = true;
      works = List.copyOf(onTheWay.values());
    }
    works.forEach(ImageWork::cancel);
    openCalls.leave(this);
  }
}
