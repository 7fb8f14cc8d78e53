package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ExitPolicy;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.server.config.CallLimits;
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
 * One {@code Cascade}: the client decides at every exit. Messages are read as long as the client
 * reads its own, even when images wait for room, because the steps that make room come on the same
 * stream; hence an image too many is refused, not kept waiting.
 */
final class CascadeCall implements StreamObserver<CascadeRequest>, OpenCall {
  private final RequestValidator validator;
  private final ImageIntake intake;
  private final OpenCalls openCalls;
  private final CallLimits limits;
  private final ClientShare share;
  private final ResponseStream<CascadeResponse> responses;
  private final OptionalLong deadlineNanos = Deadlines.ofCall();
  private final Map<String, ImageWork> onTheWay = new HashMap<>();
  private final FinishedIds finished = new FinishedIds();

  private boolean reading;
  private boolean clientDone;
  private boolean over;

  CascadeCall(
      RequestValidator validator,
      ImageIntake intake,
      OpenCalls openCalls,
      CallLimits limits,
      ClientShare share,
      ResponseStream<CascadeResponse> responses) {
    this.validator = validator;
    this.intake = intake;
    this.openCalls = openCalls;
    this.limits = limits;
    this.share = share;
    this.responses = responses;
  }

  /** Asks for the next message if the client reads its own. */
  synchronized void read() {
    if (!over && !reading && !clientDone && responses.isReady()) {
      reading = true;
      responses.requestOne();
    }
  }

  @Override
  public void onNext(CascadeRequest message) {
    synchronized (this) {
      reading = false;
    }
    try {
      RequestValidator.checkId(message.getId());
    } catch (RequestException e) { // no answer: it would carry the id
      end(e);
      return;
    }
    try {
      switch (message.getStepCase()) {
        case START -> start(message.getId(), message.getStart());
        case NEXT -> step(message.getId(), message.getNext());
        case STEP_NOT_SET -> throw RequestException.invalid("step", "not set", "start or next");
      }
    } catch (RequestException e) {
      send(message.getId(), AnswerWriter.error(e));
    }
    read();
  }

  private void start(String id, CascadeStart start) throws RequestException {
    Charge charge = InboundGate.claim();
    ImageWork work;
    try {
      Order order =
          validator.order(
              start.getModel(), Optional.of(ExitPolicy.getDefaultInstance()), start.getTopK());
      long bytes = RequestValidator.rowBytes(start.getImage(), "start.image", order.model());
      long footprint = order.model().cascade().footprint(bytes);
      work =
          new ImageWork(
              intake,
              new ImageTurn(
                  order,
                  start.getImage(),
                  "start.image",
                  bytes,
                  deadlineNanos,
                  Optional.of(limits.idleLimit()),
                  charge),
              new Events(id, order, footprint));
      begin(id, work, footprint);
    } catch (RequestException e) {
      charge.close();
      throw e;
    }
    work.enterWhenRoom(() -> {});
  }

  private synchronized void begin(String id, ImageWork work, long footprint)
      throws RequestException {
    if (over) {
      throw RequestException.unavailable("the stream has ended");
    }
    if (onTheWay.containsKey(id)) {
      throw RequestException.invalid(
          "id", '"' + id + '"', "unique among the images on the way in this stream");
    }
    if (onTheWay.size() >= limits.imagesPerStream()) {
      throw RequestException.full(
          "images on the way in this stream: "
              + onTheWay.size()
              + " (expected: at most "
              + limits.imagesPerStream()
              + ")");
    }
    if (!share.tryTake(footprint, limits.clientDrivenBytes())) {
      throw RequestException.full(
          "client-driven images of this connection: no room for "
              + footprint
              + " bytes more (expected: at most "
              + limits.clientDrivenBytes()
              + ")");
    }
    onTheWay.put(id, work);
  }

  private void step(String id, CascadeStep step) throws RequestException {
    ImageWork work;
    synchronized (this) {
      work = onTheWay.get(id);
      if (work == null && finished.contains(id)) {
        return;
      }
    }
    if (work == null) {
      throw RequestException.invalid("id", '"' + id + '"', "an image started in this stream");
    }
    switch (step) {
      case CASCADE_STEP_CONTINUE -> work.proceed();
      case CASCADE_STEP_STOP -> work.stop();
      default -> // not a result: the image itself is not over
          end(RequestException.invalid("next", step, "CASCADE_STEP_CONTINUE or CASCADE_STEP_STOP"));
    }
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
    responses.send(CascadeResponse.newBuilder().setId(id).setResult(result).build());
  }

  private void done(String id, long footprint, ImageResult result) {
    synchronized (this) { // together: nobody may see the last image gone and its answer not sent
      onTheWay.remove(id);
      finished.add(id);
      send(id, result);
    }
    share.giveBack(footprint);
    completeIfDone();
  }

  /** After the client's last message no step can come: images that wait stop at the idle limit. */
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
    private final long footprint;

    Events(String id, Order order, long footprint) {
      this.id = id;
      this.order = order;
      this.footprint = footprint;
    }

    @Override
    public void reached(List<ExitPassed> passed, float[] logits) {
      responses.send(
          CascadeResponse.newBuilder()
              .setId(id)
              .setReached(AnswerWriter.reached(order, passed, logits))
              .build());
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      done(id, footprint, AnswerWriter.answer(order, passed, logits, reason));
    }

    @Override
    public void failed(Throwable cause) {
      done(id, footprint, AnswerWriter.error(cause));
    }
  }
}
