package ai.dvt.server.grpc.oip;

import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelStreamInferResponse;
import ai.dvt.server.grpc.Deadlines;
import ai.dvt.server.grpc.ImageCall;
import ai.dvt.server.grpc.ImageIntake;
import ai.dvt.server.grpc.OpenCalls;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.ResponseStream;
import ai.dvt.server.grpc.flow.InboundGate;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One {@code ModelStreamInfer}. The client's next request is read only when all images of the one
 * before have room, few enough images are on the way, and the client reads its answers.
 */
final class InferStreamCall implements StreamObserver<ModelInferRequest>, ImageCall {
  private final InferRequestReader reader;
  private final ImageIntake intake;
  private final OpenCalls openCalls;
  private final int imagesPerStream;
  private final ResponseStream<ModelStreamInferResponse> responses;
  private final OptionalLong deadlineNanos = Deadlines.ofCall();
  private final boolean endsAtErrors = StreamErrors.endTheCall();

  private final Set<StreamedRequest> onTheWay = new HashSet<>();
  private int images;
  private boolean reading;
  private boolean waitingForRoom;
  private boolean clientDone;
  private boolean over;

  InferStreamCall(
      InferRequestReader reader,
      ImageIntake intake,
      OpenCalls openCalls,
      int imagesPerStream,
      ResponseStream<ModelStreamInferResponse> responses) {
    this.reader = reader;
    this.intake = intake;
    this.openCalls = openCalls;
    this.imagesPerStream = imagesPerStream;
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

  /** Asks for the next request if it can be taken. */
  synchronized void read() {
    if (!over
        && !reading
        && !waitingForRoom
        && !clientDone
        && images < imagesPerStream
        && responses.isReady()) {
      reading = true;
      responses.requestOne();
    }
  }

  @Override
  public void onNext(ModelInferRequest message) {
    Charge charge = InboundGate.claim();
    StreamedRequest request;
    try {
      request = new StreamedRequest(this, intake, reader.read(message), deadlineNanos, charge);
    } catch (RequestException e) {
      charge.close();
      refuse(e, message);
      return;
    }
    synchronized (this) {
      reading = false;
      if (over) {
        request.cancel();
        return;
      }
      waitingForRoom = true;
      images += request.count();
      onTheWay.add(request);
    }
    request.start();
  }

  private void refuse(RequestException why, ModelInferRequest message) {
    if (endsAtErrors) {
      end(why);
      return;
    }
    responses.send(StreamErrors.refusal(why, message));
    synchronized (this) {
      reading = false;
    }
    read();
  }

  /** All images of the last request have room. */
  void entered() {
    synchronized (this) {
      waitingForRoom = false;
    }
    read();
  }

  boolean endsAtErrors() {
    return endsAtErrors;
  }

  void send(ModelStreamInferResponse response) {
    responses.send(response);
  }

  /**
   * An image was answered.
   *
   * @param last whether it was the request's last
   */
  void answered(StreamedRequest request, boolean last) {
    synchronized (this) {
      images--;
      if (last) {
        onTheWay.remove(request);
      }
    }
    read();
    completeIfDone();
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

  private void completeIfDone() {
    synchronized (this) {
      if (over || !clientDone || !onTheWay.isEmpty()) {
        return;
      }
    }
    responses.complete();
    leave();
  }

  private void leave() {
    List<StreamedRequest> left;
    synchronized (this) {
      over = true;
      left = List.copyOf(onTheWay);
      onTheWay.clear();
    }
    left.forEach(StreamedRequest::cancel);
    openCalls.leave(this);
  }
}
