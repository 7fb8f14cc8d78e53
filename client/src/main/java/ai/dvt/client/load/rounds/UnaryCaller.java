package ai.dvt.client.load.rounds;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.ClassifyResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A call an image. */
final class UnaryCaller implements Caller {
  private final Channel channel;
  private final ImageMessages messages;
  private final RoundPlan plan;
  private final Optional<Duration> deadline;
  private final Context.CancellableContext calls = Context.ROOT.withCancellation();

  UnaryCaller(
      Channel channel, ImageMessages messages, RoundPlan plan, Optional<Duration> deadline) {
    this.channel = channel;
    this.messages = messages;
    this.plan = plan;
    this.deadline = deadline;
  }

  @Override
  public void send(long image, Consumer<Reply> done) {
    CallOptions options =
        deadline
            .map(d -> CallOptions.DEFAULT.withDeadlineAfter(d.toNanos(), TimeUnit.NANOSECONDS))
            .orElse(CallOptions.DEFAULT);
    calls.run(
        () ->
            ClientCalls.asyncUnaryCall(
                channel.newCall(CascadeServiceGrpc.getClassifyMethod(), options),
                messages.unary(image, plan),
                new Answers(done)));
  }

  /** Hears a reply, or the end without one. */
  private static final class Answers implements StreamObserver<ClassifyResponse> {
    private final Consumer<Reply> done;
    private Reply reply = Reply.failed(Status.INTERNAL);

    Answers(Consumer<Reply> done) {
      this.done = done;
    }

    @Override
    public void onNext(ClassifyResponse response) {
      if (response.getResultsCount() == 1) {
        reply = Reply.of(response.getResults(0));
      }
    }

    @Override
    public void onError(Throwable end) {
      done.accept(Reply.failed(Status.fromThrowable(end)));
    }

    @Override
    public void onCompleted() {
      done.accept(reply);
    }
  }

  @Override
  public void close() {
    calls.cancel(null);
  }
}
