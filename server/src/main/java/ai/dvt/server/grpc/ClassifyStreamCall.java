package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.ExitPolicy;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.Priority;
import ai.dvt.server.grpc.flow.InboundGate;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One {@code ClassifyStream}. The client's next message is read only when the image before has
 * room, few enough images are on the way, and the client reads its answers.
 */
final class ClassifyStreamCall
    extends ImageStreamCall<ClassifyStreamRequest, ClassifyStreamResponse> {
  private final RequestValidator validator;
  private final ImageIntake intake;
  private final int imagesPerStream;
  private final OptionalLong deadlineNanos = Deadlines.ofCall();

  // As the messages so far said; touched by the inbound thread alone.
  private ModelRef model = ModelRef.getDefaultInstance();
  private Optional<ExitPolicy> policy = Optional.empty();
  private int topK;
  private Priority priority = Priority.PRIORITY_UNSPECIFIED;
  private Optional<StreamBudget> budget = Optional.empty();
  private boolean begun;

  private boolean waitingForRoom;

  ClassifyStreamCall(
      RequestValidator validator,
      ImageIntake intake,
      OpenCalls openCalls,
      int imagesPerStream,
      ResponseStream<ClassifyStreamResponse> responses) {
    super(openCalls, responses);
    this.validator = validator;
    this.intake = intake;
    this.imagesPerStream = imagesPerStream;
  }

  @Override
  boolean hasPlace(int images) {
    return !waitingForRoom && images < imagesPerStream;
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
    boolean counted = false;
    try {
      Order order = budgeted(message, order(message));
      counted = order.budget().isPresent();
      long bytes = RequestValidator.rowBytes(message.getImage(), "image", order.model());
      work =
          new ImageWork(
              intake,
              new ImageTurn(
                  order,
                  () -> RequestValidator.row(message.getImage(), "image", order.model()),
                  bytes,
                  Deadlines.of(deadlineNanos, order),
                  Optional.empty(),
                  charge),
              new Events(id, order));
      begin(id, work, order.model().cascade().footprint(bytes));
    } catch (RequestException e) {
      charge.close();
      if (counted) {
        budget.get().absent();
      }
      work = null;
      send(id, AnswerWriter.error(e));
    }
    if (work != null) {
      work.enterWhenRoom(this::entered);
    } else {
      taken();
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
    if (message.getPriority() != Priority.PRIORITY_UNSPECIFIED) {
      priority = message.getPriority();
    }
    boolean alone = message.hasBudget() || budget.isPresent();
    return validator.order(
        model,
        policy.isEmpty() && alone ? RequestValidator.BUDGET_ALONE : policy,
        topK,
        RequestValidator.caller(priority));
  }

  /** The order of an image of the stream's set, if the stream is one. */
  private Order budgeted(ClassifyStreamRequest message, Order order) throws RequestException {
    boolean first = !begun;
    begun = true;
    if (message.hasBudget()) {
      if (!first) {
        throw RequestException.invalid("budget", "in a later message", "in the first one alone");
      }
      try {
        budget =
            Optional.of(
                StreamBudget.of(
                    message.getBudget(),
                    order.model(),
                    intake.waitingAtExits(order.model(), imagesPerStream / 2)));
      } catch (RequestException e) { // without its bound no image of the set may run
        end(e);
        throw e;
      }
    }
    return budget.isPresent() ? budget.get().next(order) : order;
  }

  @Override
  public void onCompleted() {
    budget.ifPresent(StreamBudget::noMore);
    super.onCompleted();
  }

  @Override
  void admit(int images, long footprint) {
    waitingForRoom = true;
    taken();
  }

  private void entered() {
    synchronized (this) {
      waitingForRoom = false;
    }
    read();
  }

  private void send(String id, ImageResult result) {
    responses.send(result(id, result));
  }

  private static ClassifyStreamResponse result(String id, ImageResult result) {
    return ClassifyStreamResponse.newBuilder().setId(id).setResult(result).build();
  }

  private void done(String id, ImageResult result) {
    finish(id, result(id, result));
    read();
    completeIfDone();
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
