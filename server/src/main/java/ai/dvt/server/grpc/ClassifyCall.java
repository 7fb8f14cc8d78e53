package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.server.grpc.OpenCalls.OpenCall;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One {@code Classify}. The first image decides whether there is room for the call; the others wait
 * for theirs one after the other. A bad image fails alone.
 */
final class ClassifyCall implements OpenCall {
  private final ImageIntake intake;
  private final OpenCalls openCalls;
  private final ClassifyRequest request;
  private final Order order;
  private final ResponseStream<ClassifyResponse> responses;
  private final OptionalLong deadlineNanos;
  private final AtomicReferenceArray<ImageResult> results;
  private final AtomicInteger unanswered;
  private final AtomicInteger admitting = new AtomicInteger();
  private final Queue<ImageWork> works = new ConcurrentLinkedQueue<>();
  private volatile boolean over;
  private int next;
  private boolean oneEntered;

  ClassifyCall(
      ImageIntake intake,
      OpenCalls openCalls,
      ClassifyRequest request,
      Order order,
      ResponseStream<ClassifyResponse> responses) {
    this.intake = intake;
    this.openCalls = openCalls;
    this.request = request;
    this.order = order;
    this.responses = responses;
    this.deadlineNanos = Deadlines.of(Deadlines.ofCall(), order);
    this.results = new AtomicReferenceArray<>(request.getImagesCount());
    this.unanswered = new AtomicInteger(request.getImagesCount());
  }

  void start() {
    admitNext();
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
    over = true;
    works.forEach(ImageWork::cancel);
    openCalls.leave(this);
  }

  /** Called when an image found its room, so possibly inside itself: hence the loop. */
  private void admitNext() {
    if (admitting.getAndIncrement() > 0) {
      return;
    }
    do {
      while (!over && next < request.getImagesCount() && !admit(next++)) {}
    } while (admitting.decrementAndGet() > 0);
  }

  /**
   * @return whether {@link #admitNext} will be called for the next image
   */
  private boolean admit(int index) {
    ImageWork work;
    try {
      String field = "images[" + index + "]";
      var image = request.getImages(index);
      long bytes = RequestValidator.rowBytes(image, field, order.model());
      work =
          new ImageWork(
              intake,
              new ImageTurn(
                  order, image, field, bytes, deadlineNanos, Optional.empty(), Charge.NONE),
              new Slot(index));
    } catch (RequestException e) {
      set(index, AnswerWriter.error(e));
      return false;
    }
    works.add(work);
    if (over) {
      work.cancel();
      return false;
    }
    if (oneEntered) {
      work.enterWhenRoom(this::admitNext);
      return true;
    }
    oneEntered = true;
    if (!work.enterNow()) {
      end(RequestException.full("no room for another image: the queue is full"));
    }
    return false;
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

  private final class Slot implements ImageEvents {
    private final int index;

    Slot(int index) {
      this.index = index;
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      set(index, AnswerWriter.answer(order, passed, logits, reason));
    }

    @Override
    public void failed(Throwable cause) {
      if (!over) {
        set(index, AnswerWriter.error(cause));
      }
    }
  }
}
