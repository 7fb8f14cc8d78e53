package ai.dvt.server.grpc.oip;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.inference.InferParameter;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.inference.ModelStreamInferResponse;
import ai.dvt.server.grpc.ImageGroup;
import ai.dvt.server.grpc.ImageIntake;
import ai.dvt.server.grpc.ImageTurn;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/** One request of a {@code ModelStreamInfer}: a response for every image as it exits. */
final class StreamedRequest implements ImageGroup.Events {
  private static final String ROW = "row";

  private final InferStreamCall stream;
  private final InferOrder order;
  private final InferTurns turns;
  private final Charge charge;
  private final ImageGroup images;

  /** The model stays loaded until the last image is answered: images come in one by one. */
  private final AtomicBoolean holdsModel;

  private int unanswered;

  /**
   * Begun with {@link #start} or ended with {@link #cancel}.
   *
   * @param charge of the request's message; closed at its end
   */
  StreamedRequest(
      InferStreamCall stream,
      ImageIntake intake,
      InferOrder order,
      OptionalLong callDeadlineNanos,
      Charge charge) {
    this.stream = stream;
    this.order = order;
    this.turns = new InferTurns(order, callDeadlineNanos);
    this.charge = charge;
    this.unanswered = order.images().count();
    this.images = new ImageGroup(intake, unanswered, this);
    this.holdsModel = new AtomicBoolean(order.order().model().cascade().enter());
  }

  int count() {
    return order.images().count();
  }

  void start() {
    images.startWhenRoom();
  }

  void cancel() {
    images.cancel();
    release();
  }

  private void release() {
    charge.close();
    if (holdsModel.compareAndSet(true, false)) {
      order.order().model().cascade().leave();
    }
  }

  @Override
  public ImageTurn turn(int index) {
    return turns.of(index);
  }

  @Override
  public void allEntered() {
    stream.entered();
  }

  @Override
  public void answered(int index, List<ExitPassed> passed, float[] logits, ExitReason reason) {
    AnsweredImage answer = AnsweredImage.of(order.order(), passed, logits);
    ModelInferResponse.Builder response = new ResponseWriter(order).response(List.of(answer));
    response.putParameters(ROW, InferParameter.newBuilder().setInt64Param(index).build());
    done(ModelStreamInferResponse.newBuilder(), response);
  }

  @Override
  public void failed(int index, Throwable cause) {
    if (stream.endsAtErrors()) {
      stream.end(cause);
      return;
    }
    ModelInferResponse.Builder response = new ResponseWriter(order).empty();
    response.putParameters(ROW, InferParameter.newBuilder().setInt64Param(index).build());
    done(StreamErrors.message(cause, response), response);
  }

  /** Never: images of a stream wait for room. */
  @Override
  public void full(RequestException why) {
    throw new IllegalStateException("an image of a stream was turned away");
  }

  /** The last answer says that it is the last, or an empty response after it does. */
  private void done(ModelStreamInferResponse.Builder message, ModelInferResponse.Builder response) {
    boolean last;
    synchronized (this) {
      unanswered--;
      last = unanswered == 0;
      StreamErrors.markFinal(response, last && !order.emptyFinal());
      stream.send(message.setInferResponse(response).build());
      if (last && order.emptyFinal()) {
        ModelInferResponse.Builder end = new ResponseWriter(order).empty();
        StreamErrors.markFinal(end, true);
        stream.send(ModelStreamInferResponse.newBuilder().setInferResponse(end).build());
      }
    }
    if (last) {
      release();
    }
    stream.answered(this, last);
  }
}
