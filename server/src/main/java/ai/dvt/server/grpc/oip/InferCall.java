package ai.dvt.server.grpc.oip;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.server.grpc.Deadlines;
import ai.dvt.server.grpc.ImageCall;
import ai.dvt.server.grpc.ImageGroup;
import ai.dvt.server.grpc.ImageIntake;
import ai.dvt.server.grpc.ImageTurn;
import ai.dvt.server.grpc.OpenCalls;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.ResponseStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One {@code ModelInfer}: answered when all images are. One image that fails ends the call, and the
 * other images are dropped.
 */
final class InferCall implements ImageCall, ImageGroup.Events {
  private final OpenCalls openCalls;
  private final InferOrder order;
  private final ResponseStream<ModelInferResponse> responses;
  private final InferTurns turns;
  private final AtomicReferenceArray<AnsweredImage> answers;
  private final AtomicInteger unanswered;
  private final ImageGroup images;

  InferCall(
      ImageIntake intake,
      OpenCalls openCalls,
      InferOrder order,
      ResponseStream<ModelInferResponse> responses) {
    int count = order.images().count();
    this.openCalls = openCalls;
    this.order = order;
    this.responses = responses;
    this.turns = new InferTurns(order, Deadlines.ofCall());
    this.answers = new AtomicReferenceArray<>(count);
    this.unanswered = new AtomicInteger(count);
    this.images = new ImageGroup(intake, count, this);
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
  public ImageTurn turn(int index) {
    return turns.of(index);
  }

  @Override
  public void answered(int index, List<ExitPassed> passed, float[] logits, ExitReason reason) {
    answers.set(index, AnsweredImage.of(order.order(), passed, logits));
    if (unanswered.decrementAndGet() == 0) {
      List<AnsweredImage> all = new ArrayList<>();
      for (int i = 0; i < answers.length(); i++) {
        all.add(answers.get(i));
      }
      responses.send(new ResponseWriter(order).response(all).build());
      responses.complete();
      leave();
    }
  }

  @Override
  public void failed(int index, Throwable cause) {
    end(cause);
  }

  @Override
  public void full(RequestException why) {
    end(why);
  }
}
