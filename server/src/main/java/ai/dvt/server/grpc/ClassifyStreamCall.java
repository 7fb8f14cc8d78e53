package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.ExitPolicy;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.server.grpc.OpenCalls.OpenCall;
import ai.dvt.server.grpc.flow.InboundGate;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One {@code ClassifyStream}. The client's next message is read only when the image before has
 * room, few enough images are on the way, and the client reads its answers.
 */
final class ClassifyStreamCall implements StreamObserver<ClassifyStreamRequest>, OpenCall {
  private final RequestValidator validator;
  private final ImageIntake intake;
  private final OpenCalls openCalls;
  private final int imagesPerStream;
  private final ResponseStream<ClassifyStreamResponse> responses;
  private final OptionalLong deadlineNanos = Deadlines.ofCall();
  private final Map<String, ImageWork> onTheWay = new HashMap<>();

  // As the messages so far said; touched by the inbound thread alone.
  private ModelRef model = ModelRef.getDefaultInstance();
  private Optional<ExitPolicy> policy = Optional.empty();
  private int topK;

  private boolean reading;
  private boolean waitingForRoom;
  private boolean clientDone;
  private boolean over;

  ClassifyStreamCall(
      RequestValidator validator,
      ImageIntake intake,
      OpenCalls openCalls,
      int imagesPerStream,
      ResponseStream<ClassifyStreamResponse> responses) {
    this.validator = validator;
    this.intake = intake;
    this.openCalls = openCalls;
    this.imagesPerStream = imagesPerStream;
    this.responses = responses;
  }

  /** Asks for the next message if it can be taken. */
  synchronized void read() {
    if (!over
        && !reading
        && !waitingForRoom
        && !clientDone
        && onTheWay.size() < imagesPerStream
        && responses.isReady()) {
      reading = true;
      responses.requestOne();
    }
  }

  @Override
  public void onNext(ClassifyStreamRequest message) {
    String id = message.getId();
    Charge charge = InboundGate.claim();
    try {
      RequestValidator.checkId(id);
    } catch (RequestException e) { // no answer: it would carry the id
      charge.close();
      end(e);
      return;
    }
    ImageWork work = null;
    try {
      Order order = order(message);
      long bytes = RequestValidator.rowBytes(message.getImage(), "image", order.model());
      work =
          new ImageWork(
              intake,
              new ImageTurn(
                  order,
                  message.getImage(),
                  "image",
                  bytes,
                  Deadlines.of(deadlineNanos, order),
                  Optional.empty(),
                  charge),
              new Events(id, order));
      begin(id, work);
    } catch (RequestException e) {
      charge.close();
      work = null;
      send(id, AnswerWriter.error(e));
    }
    if (work != null) {
      work.enterWhenRoom(this::entered);
    } else {
      notReading();
    }
    read();
  }

  private Order order(ClassifyStreamRequest message) throws RequestException {
    if (message.hasModel()) {
      model = message.getModel();
    }
    if (message.hasPolicy()) {
      policy = Optional.of(message.getPolicy());
    }
    if (message.getTopK() != 0) {
      topK = message.getTopK();
    }
    return validator.order(model, policy, topK);
  }

  private synchronized void begin(String id, ImageWork work) throws RequestException {
    if (over) {
      throw RequestException.unavailable("the stream has ended");
    }
    if (onTheWay.containsKey(id)) {
      throw RequestException.invalid(
          "id", '"' + id + '"', "unique among the images on the way in this stream");
    }
    onTheWay.put(id, work);
    waitingForRoom = true;
    reading = false;
  }

  private synchronized void notReading() {
    reading = false;
  }

  private void entered() {
    synchronized (this) {
      waitingForRoom = false;
    }
    read();
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

  /** The client went away or its deadline passed. */
  void cancel() {
    responses.abandon();
    leave();
  }

  @Override
  public void end(Throwable why) {
    responses.fail(why);
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

  private void send(String id, ImageResult result) {
    responses.send(ClassifyStreamResponse.newBuilder().setId(id).setResult(result).build());
  }

  private void done(String id, ImageResult result) {
    synchronized (this) { // together: nobody may see the last image gone and its answer not sent
      onTheWay.remove(id);
      send(id, result);
    }
    read();
    completeIfDone();
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

  private final class Events implements ImageEvents {
    private final String id;
    private final Order order;

    Events(String id, Order order) {
      this.id = id;
      this.order = order;
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      done(id, AnswerWriter.answer(order, passed, logits, reason));
    }

    @Override
    public void failed(Throwable cause) {
      done(id, AnswerWriter.error(cause));
    }
  }
}
