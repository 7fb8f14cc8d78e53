package ai.dvt.server.grpc;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Answers;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.engine.Caller;
import ai.dvt.server.grpc.OpenCalls.OpenCall;
import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Calls of the server's own process, such as those of its page: the same checks, admission, engine
 * and answers as a Classify, without a wire. Safe from any thread.
 */
public final class LocalCalls {
  /**
   * How images are to be answered.
   *
   * @param version empty: the latest
   * @param policy empty: the model's default
   */
  public record Wish(String model, String version, Optional<ExitPolicy> policy, int topK) {}

  private final RequestValidator validator;
  private final ImageIntake intake;
  private final OpenCalls openCalls;

  /**
   * @param catalogue the models of the moment
   * @param openCalls told of every call
   */
  public LocalCalls(Supplier<ModelCatalogue> catalogue, ImageIntake intake, OpenCalls openCalls) {
    this.validator = new RequestValidator(catalogue);
    this.intake = intake;
    this.openCalls = openCalls;
  }

  /**
   * Classifies one picture; waits for room, does not block.
   *
   * @param encoded a JPEG, PNG, BMP or GIF file, not changed any more
   * @param limitNanos from now, within which the answer has to come
   * @return fails with an {@link io.grpc.StatusException}, as the RPC would; cancelling it drops
   *     the image
   */
  public CompletableFuture<Answer> classify(Wish wish, byte[] encoded, long limitNanos) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    try {
      Order order =
          validator.order(
              ModelRef.newBuilder().setName(wish.model()).setVersion(wish.version()).build(),
              wish.policy().map(Policies::toMessage),
              wish.topK(),
              Caller.LOCAL);
      Image image = Image.newBuilder().setEncoded(UnsafeByteOperations.unsafeWrap(encoded)).build();
      LocalCall call = new LocalCall(order, image, limitNanos, answer);
      openCalls.enter(call);
      answer.whenComplete((done, failure) -> call.leave());
      call.work.enterWhenRoom(() -> {});
    } catch (RequestException e) {
      answer.completeExceptionally(Statuses.asException(e));
    }
    return answer;
  }

  private final class LocalCall implements OpenCall, ImageEvents {
    private final Order order;
    private final CompletableFuture<Answer> answer;
    private final ImageWork work;

    LocalCall(Order order, Image image, long limitNanos, CompletableFuture<Answer> answer)
        throws RequestException {
      this.order = order;
      this.answer = answer;
      this.work =
          new ImageWork(
              intake,
              new ImageTurn(
                  order,
                  () -> RequestValidator.row(image, "image", order.model()),
                  RequestValidator.rowBytes(image, "image", order.model()),
                  Deadlines.of(OptionalLong.of(System.nanoTime() + limitNanos), order),
                  Optional.empty(),
                  Charge.NONE),
              this);
    }

    void leave() {
      work.cancel(); // nothing once it was answered
      openCalls.leave(this);
    }

    @Override
    public void end(Throwable why) {
      answer.completeExceptionally(Statuses.asException(why));
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      answer.complete(
          Answers.fromMessage(AnswerWriter.answer(order, passed, logits, reason).getAnswer()));
    }

    @Override
    public void failed(Throwable cause) {
      end(cause);
    }
  }
}
