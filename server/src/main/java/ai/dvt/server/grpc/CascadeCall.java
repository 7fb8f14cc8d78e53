package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.server.config.CallLimits;
import ai.dvt.server.grpc.flow.InboundGate;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One {@code Cascade}: the client decides at every exit. Messages are read as long as the client
 * reads its own, even when images wait for room, because the steps that make room come on the same
 * stream; hence an image too many is refused, not kept waiting.
 */
final class CascadeCall extends ImageStreamCall<CascadeRequest, CascadeResponse> {
  private final RequestValidator validator;
  private final ImageIntake intake;
  private final CallLimits limits;
  private final ClientShare share;
  private final OptionalLong deadlineNanos = Deadlines.ofCall();
  private final FinishedIds finished = new FinishedIds();

  CascadeCall(
      RequestValidator validator,
      ImageIntake intake,
      OpenCalls openCalls,
      CallLimits limits,
      ClientShare share,
      ResponseStream<CascadeResponse> responses) {
    super(openCalls, responses);
    this.validator = validator;
    this.intake = intake;
    this.limits = limits;
    this.share = share;
  }

  @Override
  boolean hasPlace(int images) {
    return true;
  }

  @Override
  public void onNext(CascadeRequest message) {
    taken();
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
              start.getModel(),
              RequestValidator.CLIENT_DRIVEN,
              start.getTopK(),
              RequestValidator.caller(start.getPriority()));
      long bytes = RequestValidator.rowBytes(start.getImage(), "start.image", order.model());
      long footprint = order.model().cascade().footprint(bytes);
      work =
          new ImageWork(
              intake,
              new ImageTurn(
                  order,
                  () -> RequestValidator.row(start.getImage(), "start.image", order.model()),
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

  @Override
  void admit(int images, long footprint) throws RequestException {
    if (images >= limits.imagesPerStream()) {
      throw RequestException.full(
          "images on the way in this stream: "
              + images
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
  }

  private void step(String id, CascadeStep step) throws RequestException {
    ImageWork work;
    synchronized (this) {
      work = onTheWay(id);
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

  private void send(String id, ImageResult result) {
    responses.send(result(id, result));
  }

  private static CascadeResponse result(String id, ImageResult result) {
    return CascadeResponse.newBuilder().setId(id).setResult(result).build();
  }

  /** After the client's last message no step can come: images that wait stop at the idle limit. */
  private void done(String id, long footprint, ImageResult result) {
    synchronized (this) {
      finished.add(id);
      finish(id, result(id, result));
    }
    share.giveBack(footprint);
    completeIfDone();
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
