package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.server.engine.EngineException;
import ai.dvt.server.engine.budget.SetBudget;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One {@code Classify}. The first image decides whether there is room for the call; the others wait
 * for theirs one after the other. A bad image fails alone.
 */
final class ClassifyCall implements ImageCall, ImageGroup.Events {
  private final OpenCalls openCalls;
  private final ClassifyRequest request;
  private final Order order;
  private final ResponseStream<ClassifyResponse> responses;
  private final OptionalLong deadlineNanos;
  private final AtomicReferenceArray<ImageResult> results;
  private final AtomicInteger unanswered;
  private final ImageGroup images;

  ClassifyCall(
      ImageIntake intake,
      OpenCalls openCalls,
      ClassifyRequest request,
      Order order,
      ResponseStream<ClassifyResponse> responses) {
    this.openCalls = openCalls;
    this.request = request;
    this.order = order;
    this.responses = responses;
    this.deadlineNanos = Deadlines.of(Deadlines.ofCall(), order);
    this.results = new AtomicReferenceArray<>(request.getImagesCount());
    this.unanswered = new AtomicInteger(request.getImagesCount());
    this.images = new ImageGroup(intake, request.getImagesCount(), this);
  }

  @Override
  public void begin() {
    images.startNow();
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

  private void leave() {
    images.cancel();
    openCalls.leave(this);
  }

  @Override
  public ImageTurn turn(int index) throws RequestException {
    String field = "images[" + index + "]";
    var image = request.getImages(index);
    long rowBytes;
    try {
      rowBytes = RequestValidator.rowBytes(image, field, order.model());
    } catch (RequestException e) {
      order.budget().ifPresent(SetBudget::absent);
      throw e;
    }
    return new ImageTurn(
        order,
        () -> RequestValidator.row(image, field, order.model()),
        rowBytes,
        deadlineNanos,
        Optional.empty(),
        Charge.NONE);
  }

  @Override
  public void answered(int index, List<ExitPassed> passed, float[] logits, ExitReason reason) {
    set(index, AnswerWriter.answer(order, passed, logits, reason));
  }

  @Override
  public void failed(int index, Throwable cause) {
    if (cause instanceof EngineException engine && engine.kind() == EngineException.Kind.DRAINING) {
      end(cause); // as a whole: then gRPC asks another server, which an image's error would not do
    } else {
      set(index, AnswerWriter.error(cause));
    }
  }

  @Override
  public void full(RequestException why) {
    end(why);
  }

  private void set(int index, ImageResult result) {
    results.set(index, result);
    if (unanswered.decrementAndGet() == 0) {
      ClassifyResponse.Builder response =
          ClassifyResponse.newBuilder()
              .setModel(
                  ModelRef.newBuilder()
                      .setName(order.model().version().name())
                      .setVersion(order.model().version().version()));
      for (int i = 0; i < results.length(); i++) {
        response.addResults(results.get(i));
      }
      responses.send(response.build());
      responses.complete();
      leave();
    }
  }
}
